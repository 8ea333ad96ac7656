/* hostile.c - see hostile.h. */
#include "hostile.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"

static void run(void *self)
{
	struct hostile *h = self;

	for (;;) {
		struct pollfd fds[2] = {{.fd = h->listener, .events = POLLIN},
					{.fd = h->stop_fd, .events = POLLIN}};
		int fd;

		poll(fds, 2, -1);
		if (fds[1].revents)
			return;
		fd = accept(h->listener, NULL, NULL);
		if (fd < 0)
			continue;
		mutex_lock(h->lock);
		h->connections++;
		mutex_unlock(h->lock);
		h->serve(h, fd);
		close(fd);
	}
}

void hostile_start(struct hostile *h, void (*serve)(struct hostile *h, int fd))
{
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(in);
	int yes = 1;

	memset(h, 0, sizeof(*h));
	h->serve = serve;
	h->lock = mutex_new();
	h->stop_fd = eventfd(0, EFD_CLOEXEC);
	h->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	setsockopt(h->listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	INVARIANT(bind(h->listener, (struct sockaddr *)&in, sizeof(in)) == 0 &&
			  listen(h->listener, 64) == 0 &&
			  getsockname(h->listener, (struct sockaddr *)&in, &len) == 0,
		  "the hostile server listens");
	h->port = ntohs(in.sin_port);
	INVARIANT(thread_start(&h->thread, "hostile", run, h, NULL) == OK, "it has a thread");
}

void hostile_stop(struct hostile *h)
{
	uint64_t one = 1;

	INVARIANT(write(h->stop_fd, &one, sizeof(one)) == sizeof(one), "it can be stopped");
	thread_join(&h->thread);
	close(h->listener);
	close(h->stop_fd);
	mutex_free(&h->lock);
}

static bool more(struct hostile *h, int fd)
{
	struct pollfd fds[2] = {{.fd = fd, .events = POLLIN}, {.fd = h->stop_fd, .events = POLLIN}};
	ssize_t n;

	poll(fds, 2, -1);
	if (fds[1].revents || h->in_len + 1 >= sizeof(h->in))
		return false;
	n = recv(fd, h->in + h->in_len, sizeof(h->in) - h->in_len - 1, 0);
	if (n <= 0)
		return false;
	h->in_len += (size_t)n;
	h->in[h->in_len] = '\0';
	return true;
}

bool hostile_read(struct hostile *h, int fd)
{
	const char *head_end, *length;
	size_t want;

	h->in_len = 0;
	h->in[0] = '\0';
	while ((head_end = strstr(h->in, "\r\n\r\n")) == NULL)
		if (!more(h, fd))
			return false;
	length = strcasestr(h->in, "\r\nContent-Length:");
	if (length && length < head_end) {
		want = (size_t)(head_end - h->in) + 4 + strtoul(length + 17, NULL, 10);
		while (h->in_len < want)
			if (!more(h, fd))
				return false;
	} else if (strcasestr(h->in, "\r\nTransfer-Encoding: chunked")) {
		while (!strstr(head_end, "\r\n0\r\n\r\n"))
			if (!more(h, fd))
				return false;
	}
	mutex_lock(h->lock);
	h->requests++;
	memcpy(h->last, h->in, h->in_len + 1);
	mutex_unlock(h->lock);
	return true;
}

void hostile_write(int fd, const char *s)
{
	size_t n = strlen(s);

	while (n > 0) {
		ssize_t put = send(fd, s, n, MSG_NOSIGNAL);

		if (put <= 0)
			return;
		s += put;
		n -= (size_t)put;
	}
}

void hostile_reset(int fd)
{
	struct sockaddr nowhere = {.sa_family = AF_UNSPEC};

	connect(fd, &nowhere, sizeof(nowhere));
}

void hostile_wait(struct hostile *h, int fd)
{
	struct pollfd fds[2] = {{.fd = fd, .events = POLLRDHUP},
				{.fd = h->stop_fd, .events = POLLIN}};

	poll(fds, 2, -1);
}

void serve_answer(struct hostile *h, int fd)
{
	while (hostile_read(h, fd))
		hostile_write(fd, h->answer);
}

void serve_once(struct hostile *h, int fd)
{
	if (hostile_read(h, fd))
		hostile_write(fd, h->answer);
}

void serve_silence(struct hostile *h, int fd)
{
	if (hostile_read(h, fd))
		hostile_wait(h, fd);
}
