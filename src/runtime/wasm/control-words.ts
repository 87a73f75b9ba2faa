/** The first bytes of memory, where threads meet. Each word has a cache line of its own. */

/** Changes whenever the first thread wants something of the others. */
export const commandAt = 64;
/** How many messages each worker was sent. */
export const postedAt = 128;
/** How many messages workers have dealt with, all together. */
export const readyAt = 192;
/** How many runs were asked for. */
export const runsAt = 256;
/** The number of the module that is to run. */
export const requestAt = 320;
/** How many threads have come to the barrier. */
export const arrivedAt = 384;
/** How often the barrier has opened. */
export const openedAt = 448;
/** How many threads sleep at the barrier. */
export const sleepingAt = 512;
/** Not 0 when a thread has failed. */
export const failedAt = 576;
/** Where buffers begin. */
export const heapAt = 640;
