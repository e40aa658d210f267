import { servePrecisely } from './precise-server.ts';

servePrecisely(process);
