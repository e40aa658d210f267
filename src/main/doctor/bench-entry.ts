import { serveBench } from './serve-bench.ts';

serveBench(process);
