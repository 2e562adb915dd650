// Threads that share loops.
#ifndef CK_POOL_H
#define CK_POOL_H

#include <stddef.h>

#pragma clang assume_nonnull begin

// A fixed set of threads that share loops.
typedef struct CKPool CKPool;

// One index of a loop.
typedef void (*CKPoolBody)(void *_Nullable context, size_t index);

// A pool of `threads` > 0 threads, the caller of a loop included, or of as many as the system gives; NULL
// without memory.
CKPool *_Nullable ck_pool_create(size_t threads);

// Ends and joins the threads.  No loop may be running.
void ck_pool_destroy(CKPool *_Nullable pool);

// Runs `body` for every index below `count`, each once, in any order, and returns when all are done.  Indices
// are handed out one by one to whoever is free.  A call from within a body, or while another thread's
// loop has the pool, runs on the calling thread alone.  `pool` may be NULL: no threads.
void ck_pool_run(CKPool *_Nullable pool, size_t count, CKPoolBody body, void *_Nullable context);

// How many threads share a loop.
size_t ck_pool_threads(const CKPool *_Nullable pool);

#pragma clang assume_nonnull end

#endif
