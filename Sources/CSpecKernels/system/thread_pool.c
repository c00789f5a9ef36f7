// A pool whose workers spin briefly for the next region, then sleep. The caller works too, so a region of one part or a
// pool of one thread costs nothing. Each thread begins with its own share of the parts, the same range every time, and
// then takes what is left of the others': what a thread finds in its cache is what it wrote or read ahead.
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "CSpecKernels.h"
#include "read_ahead.h"

/// Some 50 to 100 microseconds: longer than the gaps inside a forward pass, shorter than those between passes.
#define SPIN_COUNT 20000

/// The state word: the region's number in the upper half, then whether it is closed, then how many workers are in it.
#define REGION_UNIT ((uint64_t)1 << 32)
#define CLOSED ((uint64_t)1 << 31)
#define REGION(state) ((state) >> 32)
#define WORKERS(state) ((state) & (CLOSED - 1))

/// A range of parts that are not yet taken, on a cache line of its own.
typedef struct {
  _Alignas(64) atomic_int next;
  int end;
} part_share;

/// What a worker is told.
typedef struct {
  sk_pool *pool;
  int thread;
} worker_start;

struct sk_pool {
  int threads;
  int started;
  bool spin;
  pthread_t *workers;
  worker_start *starts;
  part_share *shares;
  sk_read_progress *progress;
  sk_read_ahead ahead;
  pthread_mutex_t mutex;
  pthread_cond_t wake;
  void (*body)(void *context, int part);
  void *context;
  atomic_bool stop;
  // Polled by the workers: on a cache line of its own.
  _Alignas(64) atomic_uint_fast64_t state;
  _Alignas(64) atomic_int sleepers;
};

static inline void pause_briefly(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

static void run_parts(sk_pool *pool, int thread) {
  for (int i = 0; i < pool->threads; i++) {
    part_share *share = &pool->shares[(thread + i) % pool->threads];
    while (atomic_load_explicit(&share->next, memory_order_relaxed) < share->end) {
      int part = atomic_fetch_add_explicit(&share->next, 1, memory_order_relaxed);
      if (part < share->end) pool->body(pool->context, part);
    }
  }
}

/// Waits until the region differs from `seen`: spinning first, then asleep.
static uint64_t wait_for_region(sk_pool *pool, int thread, uint64_t seen) {
  uint64_t region;
  for (int i = 0; pool->spin && i < SPIN_COUNT; i++) {
    region = REGION(atomic_load_explicit(&pool->state, memory_order_acquire));
    if (region != seen) return region;
    if (!sk_read_share_ahead(&pool->ahead, thread, pool->threads, &pool->progress[thread])) pause_briefly();
  }
  pthread_mutex_lock(&pool->mutex);
  // Sequentially consistent with the caller's "open the region, then look for sleepers": one of the two sees the
  // other.
  atomic_fetch_add(&pool->sleepers, 1);
  while ((region = REGION(atomic_load(&pool->state))) == seen) pthread_cond_wait(&pool->wake, &pool->mutex);
  atomic_fetch_sub(&pool->sleepers, 1);
  pthread_mutex_unlock(&pool->mutex);
  return region;
}

/// Joins the region unless it has been closed or left behind. A worker that comes too late, because the system gave its
/// processor to somebody else, is not waited for.
static bool join_region(sk_pool *pool, uint64_t region) {
  uint64_t state = atomic_load_explicit(&pool->state, memory_order_acquire);
  while (REGION(state) == region && !(state & CLOSED))
    if (atomic_compare_exchange_weak_explicit(&pool->state, &state, state + 1, memory_order_acquire,
                                              memory_order_acquire))
      return true;
  return false;
}

static void *work(void *argument) {
  const worker_start *start = argument;
  sk_pool *pool = start->pool;
  uint64_t seen = 0;
  for (;;) {
    seen = wait_for_region(pool, start->thread, seen);
    if (atomic_load(&pool->stop)) return NULL;
    if (!join_region(pool, seen)) continue;
    run_parts(pool, start->thread);
    atomic_fetch_sub_explicit(&pool->state, 1, memory_order_release);
  }
}

/// Begins the next region; nobody is in the one before.
static void open_region(sk_pool *pool) {
  uint64_t state = atomic_load_explicit(&pool->state, memory_order_relaxed);
  atomic_store(&pool->state, (REGION(state) + 1) * REGION_UNIT);
  if (atomic_load(&pool->sleepers) > 0) {
    pthread_mutex_lock(&pool->mutex);
    pthread_cond_broadcast(&pool->wake);
    pthread_mutex_unlock(&pool->mutex);
  }
}

/// Ends the region: nobody joins any more, and those who did have finished their part.
static void close_region(sk_pool *pool) {
  uint64_t state = atomic_fetch_or_explicit(&pool->state, CLOSED, memory_order_acquire);
  for (int i = 0; WORKERS(state) > 0; i++) {
    if (!pool->spin || i >= SPIN_COUNT) sched_yield();
    else if (!sk_read_share_ahead(&pool->ahead, 0, pool->threads, &pool->progress[0])) pause_briefly();
    state = atomic_load_explicit(&pool->state, memory_order_acquire);
  }
}

sk_pool *sk_pool_create(int threads, bool spin) {
  if (threads < 1) return NULL;
  sk_pool *pool = aligned_alloc(64, (sizeof *pool + 63) / 64 * 64);
  if (!pool) return NULL;
  *pool = (sk_pool){.threads = threads, .spin = spin};
  pthread_mutex_init(&pool->mutex, NULL);
  pthread_cond_init(&pool->wake, NULL);
  pool->workers = calloc((size_t)threads, sizeof *pool->workers);
  pool->starts = calloc((size_t)threads, sizeof *pool->starts);
  pool->shares = aligned_alloc(64, (size_t)threads * sizeof *pool->shares);
  pool->progress = aligned_alloc(64, (size_t)threads * sizeof *pool->progress);
  const bool has_memory = pool->workers && pool->starts && pool->shares && pool->progress;
  for (int i = 0; has_memory && i < threads; i++) pool->progress[i] = (sk_read_progress){0};
  for (int i = 0; has_memory && i < threads - 1; i++) {
    pool->starts[i] = (worker_start){pool, i + 1};
    if (pthread_create(&pool->workers[i], NULL, work, &pool->starts[i]) != 0) break;
    pool->started++;
  }
  if (has_memory && pool->started == threads - 1) return pool;
  sk_pool_destroy(pool);
  return NULL;
}

void sk_pool_destroy(sk_pool *pool) {
  atomic_store(&pool->stop, true);
  open_region(pool);
  for (int i = 0; i < pool->started; i++) pthread_join(pool->workers[i], NULL);
  pthread_cond_destroy(&pool->wake);
  pthread_mutex_destroy(&pool->mutex);
  free(pool->workers);
  free(pool->starts);
  free(pool->shares);
  free(pool->progress);
  free(pool);
}

int sk_pool_threads(const sk_pool *pool) { return pool->threads; }

void sk_pool_reads(sk_pool *pool, const void *start, size_t bytes) {
  if (pool->spin && pool->threads > 1) sk_read_ahead_follow(&pool->ahead, start, bytes);
}

void sk_pool_run(sk_pool *pool, int parts, void (*body)(void *context, int part), void *context) {
  if (pool->threads == 1 || parts <= 1) {
    for (int part = 0; part < parts; part++) body(context, part);
    return;
  }
  pool->body = body;
  pool->context = context;
  for (int i = 0; i < pool->threads; i++) {
    pool->shares[i].end = (int)((int64_t)parts * (i + 1) / pool->threads);
    atomic_store_explicit(&pool->shares[i].next, (int)((int64_t)parts * i / pool->threads), memory_order_relaxed);
  }
  open_region(pool);
  run_parts(pool, 0);
  close_region(pool);
}
