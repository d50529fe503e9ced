import { createChannel, createClient } from 'nice-grpc';
import { callerOf } from './caller-of.ts';
import { greetings } from './greetings.ts';
import { runCaller } from './run-caller.ts';

runCaller(async ([address = '']) => callerOf(createClient(greetings, createChannel(address))));
