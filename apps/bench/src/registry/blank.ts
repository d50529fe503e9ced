import { peakBytes } from '../meter.ts';
import { runSubject } from '../subject.ts';

// What a process costs that does nothing but measure itself.
runSubject(async () => ({ peakBytes: peakBytes() }));
