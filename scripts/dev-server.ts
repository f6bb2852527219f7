// The server from its sources; Vite serves the app and passes /api on (vite.config.ts).
import { main } from '#server/main.ts';

process.exitCode = await main(['start'], { environment: process.env, appFolder: undefined });
