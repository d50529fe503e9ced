import { markInstalled } from './installed.js';

markInstalled();
