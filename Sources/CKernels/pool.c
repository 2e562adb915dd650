#include "CKPool.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

// Rounds of spinning before a thread sleeps: some tens of microseconds, the time between two
// operations of one model.
enum { spin_rounds = 4000 };

// A loop is published by giving `ticket` a new generation in its upper half; its lower half is the next
// index to hand out.  An index is claimed by a compare-and-swap of the whole ticket, so a claim succeeds only
// while the loop whose fields were read just before is still the current one: a thread that wakes
// late finds the ticket changed and never has to be waited for.
struct CKPool {
    _Alignas(64) _Atomic uint64_t ticket;
    _Atomic(CKPoolBody) body;
    _Atomic(void *) context;
    _Atomic uint32_t count;
    _Alignas(64) _Atomic uint32_t finished;
    _Atomic bool caller_sleeps;
    _Alignas(64) atomic_flag busy;
    _Atomic bool ending;
    _Atomic uint32_t sleepers;
    pthread_mutex_t mutex;
    pthread_cond_t published;
    pthread_cond_t completed;
    size_t threads;
    pthread_t workers[];
};

// Whether this thread is inside a body, of any pool.
static _Thread_local bool inside_body;

static inline void relax(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

// Claims and runs indices of the current loop until none is left; returns the generation it saw.
static uint32_t run_shares(CKPool *pool) {
    uint64_t ticket = atomic_load(&pool->ticket);
    for (;;) {
        uint32_t generation = (uint32_t)(ticket >> 32), index = (uint32_t)ticket;
        CKPoolBody task = atomic_load(&pool->body);
        void *context = atomic_load(&pool->context);
        uint32_t count = atomic_load(&pool->count);
        if (index >= count) return generation;
        if (!atomic_compare_exchange_weak(&pool->ticket, &ticket, ticket + 1)) continue;
        task(context, index);
        if (atomic_fetch_add(&pool->finished, 1) + 1 == count && atomic_load(&pool->caller_sleeps)) {
            pthread_mutex_lock(&pool->mutex);
            pthread_cond_signal(&pool->completed);
            pthread_mutex_unlock(&pool->mutex);
        }
        ticket = atomic_load(&pool->ticket);
    }
}

static bool is_news(CKPool *pool, uint32_t seen) {
    return atomic_load(&pool->ending) || (uint32_t)(atomic_load(&pool->ticket) >> 32) != seen;
}

static void *serve(void *argument) {
    CKPool *pool = argument;
    inside_body = true;
    uint32_t seen = 0;
    while (!atomic_load(&pool->ending)) {
        for (int round = 0; round < spin_rounds && !is_news(pool, seen); round++) relax();
        if (!is_news(pool, seen)) {
            pthread_mutex_lock(&pool->mutex);
            atomic_fetch_add(&pool->sleepers, 1);
            while (!is_news(pool, seen)) pthread_cond_wait(&pool->published, &pool->mutex);
            atomic_fetch_sub(&pool->sleepers, 1);
            pthread_mutex_unlock(&pool->mutex);
        }
        seen = run_shares(pool);
    }
    return NULL;
}

CKPool *ck_pool_create(size_t threads) {
    size_t bytes = sizeof(CKPool) + threads * sizeof(pthread_t);
    CKPool *pool = NULL;
    if (threads == 0 || posix_memalign((void **)&pool, 64, bytes) != 0) return NULL;
    *pool = (CKPool){.busy = ATOMIC_FLAG_INIT, .threads = 1};
    pthread_mutex_init(&pool->mutex, NULL);
    pthread_cond_init(&pool->published, NULL);
    pthread_cond_init(&pool->completed, NULL);
    for (; pool->threads < threads; pool->threads++) {
        if (pthread_create(&pool->workers[pool->threads], NULL, serve, pool) != 0) break;
    }
    return pool;
}

void ck_pool_destroy(CKPool *pool) {
    if (pool == NULL) return;
    pthread_mutex_lock(&pool->mutex);
    atomic_store(&pool->ending, true);
    pthread_cond_broadcast(&pool->published);
    pthread_mutex_unlock(&pool->mutex);
    for (size_t i = 1; i < pool->threads; i++) pthread_join(pool->workers[i], NULL);
    pthread_cond_destroy(&pool->completed);
    pthread_cond_destroy(&pool->published);
    pthread_mutex_destroy(&pool->mutex);
    free(pool);
}

// Makes a loop the current one.  While its fields change, the ticket has a new generation and no index
// left: whoever mixed old and new fields fails to claim.
static void publish(CKPool *pool, uint32_t count, CKPoolBody task, void *context) {
    uint64_t generation = (atomic_load(&pool->ticket) >> 32) + 1;
    atomic_store(&pool->ticket, generation << 32 | UINT32_MAX);
    atomic_store(&pool->body, task);
    atomic_store(&pool->context, context);
    atomic_store(&pool->count, count);
    atomic_store(&pool->finished, 0);
    atomic_store(&pool->ticket, (generation + 1) << 32);
    if (atomic_load(&pool->sleepers) > 0) {
        pthread_mutex_lock(&pool->mutex);
        pthread_cond_broadcast(&pool->published);
        pthread_mutex_unlock(&pool->mutex);
    }
}

static void wait_until_finished(CKPool *pool, uint32_t count) {
    for (int round = 0; round < spin_rounds; round++) {
        if (atomic_load(&pool->finished) == count) return;
        relax();
    }
    pthread_mutex_lock(&pool->mutex);
    atomic_store(&pool->caller_sleeps, true);
    while (atomic_load(&pool->finished) != count) pthread_cond_wait(&pool->completed, &pool->mutex);
    atomic_store(&pool->caller_sleeps, false);
    pthread_mutex_unlock(&pool->mutex);
}

void ck_pool_run(CKPool *pool, size_t count, CKPoolBody task, void *context) {
    if (pool == NULL || pool->threads == 1 || count <= 1 || count >= UINT32_MAX || inside_body
        || atomic_flag_test_and_set(&pool->busy)) {
        for (size_t index = 0; index < count; index++) task(context, index);
        return;
    }
    publish(pool, (uint32_t)count, task, context);
    inside_body = true;
    run_shares(pool);
    inside_body = false;
    wait_until_finished(pool, (uint32_t)count);
    atomic_flag_clear(&pool->busy);
}

size_t ck_pool_threads(const CKPool *pool) { return pool == NULL ? 1 : pool->threads; }
