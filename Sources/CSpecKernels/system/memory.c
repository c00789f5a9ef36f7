// Memory, time and facts about the processor.
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>
#if defined(__linux__)
#include <sched.h>
#endif
#if defined(__APPLE__)
#include <sys/sysctl.h>
#endif
#if defined(__x86_64__)
#include <cpuid.h>
#endif

#include "CSpecKernels.h"

#define HUGE_PAGE ((size_t)2 << 20)

/// Less than this gets ordinary pages: a huge page would be cleared for it, and more than half of it would stay unused. The
/// keys and values of a text are many such pieces, two for each layer.
#define WORTH_A_HUGE_PAGE ((size_t)1 << 20)

static size_t mapped_size(size_t bytes) {
  const size_t page = bytes < WORTH_A_HUGE_PAGE ? (size_t)sysconf(_SC_PAGESIZE) : HUGE_PAGE;
  return bytes ? (bytes + page - 1) / page * page : page;
}

void *sk_allocate(size_t bytes) {
  size_t size = mapped_size(bytes);
  if (bytes < WORTH_A_HUGE_PAGE) {
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0);
    return memory == MAP_FAILED ? NULL : memory;
  }
  // Mapping one huge page more than needed and cutting both ends off gives the alignment.
  char *start = mmap(NULL, size + HUGE_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0);
  if (start == MAP_FAILED) return NULL;
  char *aligned = (char *)(((uintptr_t)start + HUGE_PAGE - 1) & ~(uintptr_t)(HUGE_PAGE - 1));
  if (aligned > start) munmap(start, (size_t)(aligned - start));
  if (start + HUGE_PAGE > aligned) munmap(aligned + size, (size_t)(start + HUGE_PAGE - aligned));
#if defined(MADV_HUGEPAGE)
  madvise(aligned, size, MADV_HUGEPAGE);
#endif
  return aligned;
}

void sk_free(void *memory, size_t bytes) { munmap(memory, mapped_size(bytes)); }

void sk_release_pages(const void *start, size_t bytes) {
#if defined(MADV_DONTNEED)
  // Only whole pages inside the range: its neighbors may still be in use.
  const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
  uintptr_t first = ((uintptr_t)start + page - 1) & ~(page - 1), last = ((uintptr_t)start + bytes) & ~(page - 1);
  if (last > first) madvise((void *)first, last - first, MADV_DONTNEED);
#endif
}

uint64_t sk_nanoseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

uint64_t sk_thread_nanoseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

size_t sk_affinity(int *processors, size_t capacity) {
  size_t count = 0;
#if defined(__linux__)
  // A fixed set of 1024 processors is refused by a kernel that knows more.
  for (int possible = CPU_SETSIZE; possible <= 1 << 20; possible *= 2) {
    cpu_set_t *const set = CPU_ALLOC((size_t)possible);
    if (!set) break;
    const size_t size = CPU_ALLOC_SIZE((size_t)possible);
    CPU_ZERO_S(size, set);
    const int failed = sched_getaffinity(0, size, set);
    if (!failed)
      for (int i = 0; i < possible && count < capacity; i++)
        if (CPU_ISSET_S((size_t)i, size, set)) processors[count++] = i;
    CPU_FREE(set);
    if (!failed && count > 0) return count;
    if (failed && errno != EINVAL) break;
  }
#endif
  const long online = sysconf(_SC_NPROCESSORS_ONLN);
  for (; count < capacity && (long)count < (online > 0 ? online : 1); count++) processors[count] = (int)count;
  return count;
}

static intptr_t limit(int resource) {
  struct rlimit limits;
  if (getrlimit(resource, &limits) != 0 || limits.rlim_cur == RLIM_INFINITY) return INTPTR_MAX;
  return limits.rlim_cur < (rlim_t)INTPTR_MAX ? (intptr_t)limits.rlim_cur : INTPTR_MAX;
}

void sk_memory_limits(intptr_t *addresses, intptr_t *data) { *addresses = limit(RLIMIT_AS), *data = limit(RLIMIT_DATA); }

void sk_processor_name(char *out, size_t size) {
  if (size == 0) return;
  out[0] = 0;
#if defined(__APPLE__)
  sysctlbyname("machdep.cpu.brand_string", out, &size, NULL, 0);
#elif defined(__x86_64__)
  unsigned words[12], highest = __get_cpuid_max(0x80000000u, NULL);
  if (highest < 0x80000004u) return;
  for (unsigned i = 0; i < 3; i++)
    __get_cpuid(0x80000002u + i, &words[i * 4], &words[i * 4 + 1], &words[i * 4 + 2], &words[i * 4 + 3]);
  snprintf(out, size, "%.48s", (const char *)words);
#endif
}

const char *sk_compiler(void) { return __VERSION__; }
