// Spreads items of training work over the pool. Which thread takes an item never changes a bit: an item is a range of
// outputs, and each output is computed whole in one place.
#include <stdatomic.h>

#include "kernel_set.h"

/// Numbers that a chunk of elementwise work holds: some tens of microseconds.
#define CHUNK_NUMBERS 32768

typedef struct {
  const void *job;
  void (*body)(const void *job, size_t item, size_t worker);
  size_t items;
  atomic_size_t next;
} item_queue;

static void take_items(void *context, int part) {
  item_queue *queue = context;
  for (;;) {
    size_t item = atomic_fetch_add_explicit(&queue->next, 1, memory_order_relaxed);
    if (item >= queue->items) return;
    queue->body(queue->job, item, (size_t)part);
  }
}

void sk_each_item(const sk_context *context, size_t items, const void *job,
                  void (*body)(const void *job, size_t item, size_t worker)) {
  const size_t threads = (size_t)sk_pool_threads(context->pool);
  item_queue queue = {.job = job, .body = body, .items = items};
  sk_pool_run(context->pool, (int)(items < threads ? items : threads), take_items, &queue);
}

typedef struct {
  const void *job;
  void (*body)(const void *job, size_t first, size_t last);
  size_t count, chunk;
} chunked;

static void run_chunk(const void *job, size_t item, size_t worker) {
  const chunked *work = job;
  (void)worker;
  const size_t first = item * work->chunk, last = first + work->chunk;
  work->body(work->job, first, last < work->count ? last : work->count);
}

void sk_each_chunk(const sk_context *context, size_t count, size_t numbers_per_item, const void *job,
                   void (*body)(const void *job, size_t first, size_t last)) {
  const size_t chunk = numbers_per_item >= CHUNK_NUMBERS ? 1 : CHUNK_NUMBERS / (numbers_per_item ? numbers_per_item : 1);
  chunked work = {job, body, count, chunk};
  sk_each_item(context, (count + chunk - 1) / chunk, &work, run_chunk);
}
