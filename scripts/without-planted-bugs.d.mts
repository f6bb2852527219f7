import type { Plugin as EsbuildPlugin } from 'esbuild';
import type { Plugin as VitePlugin } from 'vite';

export declare const withoutPlantedBugs: (code: string) => string;
export declare const viteWithoutPlantedBugs: () => VitePlugin;
export declare const esbuildWithoutPlantedBugs: EsbuildPlugin;
