import { searchEverySecondSeed } from './search.ts';

searchEverySecondSeed(0);
