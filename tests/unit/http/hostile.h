/* hostile.h - a server on loopback that behaves as a test tells it to, byte by byte.
 *
 * One thread accepts one connection after the other and gives each to `serve`,
 * which owns the descriptor until it returns. Counters may be read once hostile_stop has returned, or under its lock. */
#ifndef TESTS_HTTP_HOSTILE_H
#define TESTS_HTTP_HOSTILE_H

#include "base/thread.h"

struct hostile {
	void (*serve)(struct hostile *h, int fd);
	int listener, port, stop_fd;
	struct thread *thread;
	struct mutex *lock;
	int connections, requests;
	char last[65536]; /* the last whole request as it came */
	char in[65536];
	size_t in_len;
	const char *answer; /* for serve_answer */
};

void hostile_start(struct hostile *h, void (*serve)(struct hostile *h, int fd));
void hostile_stop(struct hostile *h);

/* Reads one request (head and Content-Length or chunked body); false at the end of the connection. */
bool hostile_read(struct hostile *h, int fd);
void hostile_write(int fd, const char *s);
/* A reset instead of an end. */
void hostile_reset(int fd);
/* Waits until the peer has left, or the server is being stopped. */
void hostile_wait(struct hostile *h, int fd);

/* Answers every request on the connection with h->answer. */
void serve_answer(struct hostile *h, int fd);
/* Answers one request and hangs up. */
void serve_once(struct hostile *h, int fd);
/* Reads a request and never answers. */
void serve_silence(struct hostile *h, int fd);

#endif
