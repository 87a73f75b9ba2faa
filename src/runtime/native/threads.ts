/**
 * The part of the C file that does not depend on what is computed: memory, threads and barriers.
 *
 * It exports, for pointers as 64-bit integers:
 * - `gtmc_create()`: an instance with its arena and its threads; 0 if memory is lacking, 1 if threads are;
 * - `gtmc_run(block)`: runs an instance on arguments; the block holds the instance, then the arguments;
 * - `gtmc_profile(instance, times)`: two numbers for each kernel and for waiting at barriers: nanoseconds, runs;
 * - `gtmc_destroy(instance)`.
 */
import type { Module } from "../../code/code.ts";
import type { PrintOptions } from "./options.ts";

/** What `step` needs: the instance, and `barrier(self)`. */
export const instanceText = (module: Module, options: PrintOptions): string => `
#include <stdint.h>
#include <stdlib.h>
${module.threads > 1 ? threadHeaders : ""}${module.threads > 1 || options.profile === true ? clock : ""}
typedef struct {
  float *arena;
${options.separate === true ? "  void *places[BUFFERS];\n" : ""}${options.profile === true ? "  uint64_t profile[2 * (KERNELS + 1)];\n" : ""}${module.threads > 1 ? threadFields : ""}} Instance;
${module.threads > 1 ? barrier : ""}`;

const threadHeaders = `#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#if defined(__x86_64__) || defined(__i386__)
#define PAUSE() __builtin_ia32_pause()
#elif defined(__aarch64__)
#define PAUSE() __asm__ volatile("yield")
#else
#define PAUSE() ((void)0)
#endif
`;

const clock = `#include <time.h>
static uint64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}
`;

const threadFields = `  void *const *args;
  int stop;
  pthread_mutex_t mutex;
  pthread_cond_t wake;
  pthread_t handles[THREADS];
  /* Of runs that may be single: see gtmc_run. Times are nanoseconds. */
  int singly, size, patience;
  int64_t batch, single, debt;
  /* Each on a cache line of its own: threads spin on them. */
  _Alignas(64) atomic_uint runs;
  _Alignas(64) atomic_uint arrived;
  _Alignas(64) atomic_uint phase;
  _Alignas(64) atomic_ullong waited;
  char end[60];
`;

/** The last to arrive starts a new phase. A thread that waits long yields the processor to other programs. */
const barrier = `
static void barrier(Instance *self) {
  const unsigned phase = atomic_load_explicit(&self->phase, memory_order_relaxed);
  if (atomic_fetch_add_explicit(&self->arrived, 1, memory_order_acq_rel) == THREADS - 1) {
    atomic_store_explicit(&self->arrived, 0, memory_order_relaxed);
    atomic_store_explicit(&self->phase, phase + 1, memory_order_release);
    return;
  }
  for (int spins = 0; spins < 256; spins++) {
    if (atomic_load_explicit(&self->phase, memory_order_acquire) != phase) return;
    PAUSE();
  }
  const uint64_t start = now();
  while (atomic_load_explicit(&self->phase, memory_order_acquire) == phase) sched_yield();
  atomic_fetch_add_explicit(&self->waited, now() - start, memory_order_relaxed);
}
`;

/** What is exported; after `step(self, args, thread)`. */
export const entryText = (module: Module, options: PrintOptions): string => `
#ifdef __linux__
#include <sys/mman.h>
#endif
${module.threads > 1 ? worker : ""}
static void release(Instance *self) {
${options.separate === true ? "  for (int i = 0; i < BUFFERS; i++) free(self->places[i]);\n" : ""}  free(self->arena);
  free(self);
}

uint64_t gtmc_create(void) {
  void *memory;
  if (posix_memalign(&memory, 64, sizeof(Instance)) != 0) return 0;
  Instance *self = memory;
  __builtin_memset(self, 0, sizeof *self);
${options.separate === true ? separateArena(module) : wholeArena}${module.threads > 1 ? startThreads : ""}  return (uint64_t)(uintptr_t)self;
}

void gtmc_run(uint64_t *block) {
  Instance *self = (Instance *)(uintptr_t)block[0];
  void *const *args = (void *const *)(block + 1);
${runText(module, options)}}

void gtmc_destroy(uint64_t instance) {
  Instance *self = (Instance *)(uintptr_t)instance;
${module.threads > 1 ? "  join(self, THREADS);\n" : ""}  release(self);
}
${options.profile === true ? profileEntry : ""}`;

const profileEntry = `
void gtmc_profile(uint64_t instance, uint64_t *times) {
  const Instance *self = (const Instance *)(uintptr_t)instance;
  __builtin_memcpy(times, self->profile, sizeof self->profile);
}
`;

/** Large arenas on huge pages, where the system has them. */
const wholeArena = `  const size_t bytes = ARENA * 4;
  if (bytes > 0) {
    const size_t page = bytes >= 1 << 22 ? 1 << 21 : 64;
    if (posix_memalign(&memory, page, bytes) != 0) {
      release(self);
      return 0;
    }
    self->arena = memory;
#if defined(__linux__) && defined(MADV_HUGEPAGE)
    if (page > 64) madvise(memory, bytes, MADV_HUGEPAGE);
#endif
  }
`;

/** Begins with NaNs: what is read before it is stored is seen in the results. */
const separateArena = (module: Module): string =>
  module.buffers
    .flatMap(({ place, size }, i) =>
      place.kind === "arena"
        ? [
            `  if (posix_memalign(&self->places[${i}], 64, ${size * 4}L) != 0) abort();
  __builtin_memset(self->places[${i}], 0xff, ${size * 4}L);\n`,
          ]
        : [],
    )
    .join("");

/**
 * Threads look for about a millisecond after a run, as the next one often follows at once, and then sleep. One that
 * sleeps between runs is woken on the processor of the first thread, and may stay there for many runs.
 */
const worker = `
typedef struct { Instance *self; int thread; } Start;

static void *work(void *given) {
  const Start start = *(Start *)given;
  free(given);
  Instance *self = start.self;
  for (unsigned seen = 0;;) {
    for (int spins = 0; spins < 2048 && atomic_load_explicit(&self->runs, memory_order_acquire) == seen; spins++) {
      if (spins < 256) PAUSE();
      else sched_yield();
    }
    if (atomic_load_explicit(&self->runs, memory_order_acquire) == seen) {
      pthread_mutex_lock(&self->mutex);
      while (atomic_load_explicit(&self->runs, memory_order_acquire) == seen) pthread_cond_wait(&self->wake, &self->mutex);
      pthread_mutex_unlock(&self->mutex);
    }
    seen++;
    if (self->stop) return NULL;
    step(self, self->args, start.thread, start.thread + 1);
    barrier(self);
  }
}

static void wake(Instance *self) {
  pthread_mutex_lock(&self->mutex);
  atomic_fetch_add_explicit(&self->runs, 1, memory_order_release);
  pthread_cond_broadcast(&self->wake);
  pthread_mutex_unlock(&self->mutex);
}

static void join(Instance *self, int threads) {
  self->stop = 1;
  wake(self);
  for (int i = 1; i < threads; i++) pthread_join(self->handles[i], NULL);
  pthread_cond_destroy(&self->wake);
  pthread_mutex_destroy(&self->mutex);
}
`;

/** Signals are for the threads of the runtime around us. */
const startThreads = `  pthread_mutex_init(&self->mutex, NULL);
  pthread_cond_init(&self->wake, NULL);
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  int started = 1;
  for (; started < THREADS; started++) {
    Start *start = malloc(sizeof *start);
    if (start == NULL) break;
    *start = (Start){self, started};
    if (pthread_create(&self->handles[started], NULL, work, start) != 0) {
      free(start);
      break;
    }
  }
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  if (started < THREADS) {
    join(self, started);
    release(self);
    return 1;
  }
`;

const runTogether = `  self->args = args;
  wake(self);
  step(self, args, 0, 1);
  barrier(self);
`;

const runSingly = `  step(self, args, 0, THREADS);
`;

/**
 * Where other programs use the processors, threads that meet at barriers wait for one that does not run, and are slower than a single
 * one. `debt` sums by how much runs together took longer than single ones, less what they won. When it is that of a run, the first
 * thread computes the next runs singly, and more of them each time that this happens again. What is computed is the same.
 */
const runAdaptively = `  const uint64_t start = now();
  if (self->singly > 0) {
  ${runSingly}    self->batch += now() - start;
    if (--self->singly == 0) self->single = self->batch / self->size;
    return;
  }
  atomic_store_explicit(&self->waited, 0, memory_order_relaxed);
${runTogether}  const int64_t taken = now() - start, waited = atomic_load_explicit(&self->waited, memory_order_relaxed);
  const int64_t debt = self->debt + taken - self->single;
  self->debt = debt > 0 ? debt : 0;
  if (self->single == 0 ? waited > taken / 4 : debt > self->single) {
    self->size = self->singly = self->patience < 8 ? 8 : self->patience;
    self->patience = self->size < 128 ? 4 * self->size : 512;
    self->batch = self->debt = 0;
  } else if (debt <= 0) {
    self->patience -= self->patience / 32;
  }
`;

const runText = ({ threads }: Module, { profile, runs }: PrintOptions): string => {
  if (threads === 1 || runs === "singly") return runSingly;
  return runs === "together" || profile === true ? runTogether : runAdaptively;
};
