/* First, and without _GNU_SOURCE: glibc lays out fd_set under other names with it, and then this module, COpenSSL, CLDNS and
   Swift's Glibc would disagree. libevent's own headers define it, but after this line that has no effect any more. What
   only exists with it is declared by hand. */
#include <features.h>

#include <event2/event.h>
#include <event2/event_struct.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

extern int accept4(int, struct sockaddr *, socklen_t *, int);
extern int pthread_setname_np(pthread_t, const char *);

/* A counter that wakes a loop; neither blocks nor is inherited. */
static inline int martlet_eventfd(void) { return eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC); }

/* The next connection, as a non-blocking socket that is not inherited. */
static inline int martlet_accept(int listener, struct sockaddr *address, socklen_t *length) {
    return accept4(listener, address, length, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

static inline void martlet_name_thread(const char *name) { (void)pthread_setname_np(pthread_self(), name); }
