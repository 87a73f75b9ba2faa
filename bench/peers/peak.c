// The floating point peak of one core: `peak MEGAFLOP`. A "step" is that many multiplications and additions, fused, on
// registers alone, in chains enough to fill both pipes; it speaks with the harness like every contestant.
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#if defined(__AVX512F__)
#define LANES 16
#elif defined(__AVX__)
#define LANES 8
#else
#define LANES 4
#endif
#define CHAINS 12

typedef float vector __attribute__((vector_size(4 * LANES)));

static volatile float factor = 0.9999f, term = 1e-4f, sink;

static double now(void) {
  struct timespec at;
  clock_gettime(CLOCK_MONOTONIC, &at);
  return 1e3 * (double)at.tv_sec + 1e-6 * (double)at.tv_nsec;
}

static void step(long rounds) {
  vector a = (vector){} + factor, b = (vector){} + term;
  // All different, or the compiler would see one chain in twelve.
  vector c0 = a, c1 = c0 + b, c2 = c1 + b, c3 = c2 + b, c4 = c3 + b, c5 = c4 + b;
  vector c6 = c5 + b, c7 = c6 + b, c8 = c7 + b, c9 = c8 + b, c10 = c9 + b, c11 = c10 + b;
  for (long i = 0; i < rounds; i += 1) {
    c0 = c0 * a + b, c1 = c1 * a + b, c2 = c2 * a + b, c3 = c3 * a + b;
    c4 = c4 * a + b, c5 = c5 * a + b, c6 = c6 * a + b, c7 = c7 * a + b;
    c8 = c8 * a + b, c9 = c9 * a + b, c10 = c10 * a + b, c11 = c11 * a + b;
  }
  vector all = c0 + c1 + c2 + c3 + c4 + c5 + c6 + c7 + c8 + c9 + c10 + c11;
  sink = all[0];
}

int main(int count, char **words) {
  long rounds = (long)(1e6 * (count > 1 ? atof(words[1]) : 1e3) / (2 * LANES * CHAINS));
  char line[32];
  printf("{\"version\": \"%d lanes\"}\n", LANES);
  fflush(stdout);
  while (fgets(line, sizeof line, stdin)) {
    printf("{\"loss\": [], \"peak\": 0, \"ms\": [");
    for (int i = 0, steps = atoi(line); i < steps; i += 1) {
      double started = now();
      step(rounds);
      printf("%s%.6f", i ? ", " : "", now() - started);
    }
    printf("]}\n");
    fflush(stdout);
  }
}
