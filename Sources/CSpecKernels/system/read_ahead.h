// Reading ahead: threads that wait for work bring the weights closer that will be read next. Which those are is learned:
// what followed a matrix the last time follows it again. A wrong guess costs some bandwidth and changes no bit.
#ifndef READ_AHEAD_H
#define READ_AHEAD_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// Some memory that is read as a whole, each thread its share in order.
typedef struct {
  const char *start;
  size_t bytes;
} sk_stretch;

/// Matrices whose followers are remembered; two that fall on one entry forget each other.
#define SK_FOLLOWERS 1024

typedef struct {
  struct {
    const char *start;
    sk_stretch follower;
  } entries[SK_FOLLOWERS];
  size_t last;  // the entry of what is read now
  // What comes next: written by the caller while workers look at it. A mixture of two stretches is harmless.
  _Alignas(64) _Atomic(const char *) start;
  atomic_size_t bytes;
} sk_read_ahead;

/// How far a thread has come in its share of what comes next.
typedef struct {
  _Alignas(64) const char *start;
  size_t done;
} sk_read_progress;

/// The next region reads this stretch: remembers it as the last one's follower, and announces its own.
void sk_read_ahead_follow(sk_read_ahead *ahead, const void *start, size_t bytes);

/// At most this much of a thread's share is read ahead: part of a second-level cache.
#define SK_READ_AHEAD_LIMIT ((size_t)256 << 10)

/// Brings a few lines of a thread's share closer; false if that is done.
static inline bool sk_read_share_ahead(sk_read_ahead *ahead, int thread, int threads, sk_read_progress *progress) {
  const char *start = atomic_load_explicit(&ahead->start, memory_order_relaxed);
  const size_t share = atomic_load_explicit(&ahead->bytes, memory_order_relaxed) / (size_t)threads;
  if (start != progress->start) *progress = (sk_read_progress){start, 0};
  if (progress->done >= (share < SK_READ_AHEAD_LIMIT ? share : SK_READ_AHEAD_LIMIT)) return false;
  // A prefetch of memory that has been given back meanwhile, or of a length that came before its start, does nothing. Such a
  // place is no pointer into an object, so it is a number.
  const uintptr_t line = (uintptr_t)start + (size_t)thread * share + progress->done;
  for (size_t i = 0; i < 4; i++) __builtin_prefetch((const void *)(line + i * 64), 0, 2);
  progress->done += 256;
  return true;
}

#endif
