/* cli/stop.c - what the handler may do is set an atomic flag and write to an eventfd; both are safe there. */
#include "cli/stop.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/mem.h"

static struct {
	struct flag *flag;
	int fd;
} stop = {.fd = -1};

static void on_signal(int sig)
{
	int saved = errno;
	uint64_t one = 1;
	ssize_t n;

	(void)sig;
	flag_set(stop.flag);
	n = write(stop.fd, &one, sizeof one);
	(void)n; /* a full counter is readable too */
	errno = saved;
}

void stop_install(void)
{
	struct sigaction sa;

	if (stop.flag)
		return;
	stop.flag = flag_new();
	stop.fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (stop.fd < 0)
		die("eventfd: %s", strerror(errno));
	memset(&sa, 0, sizeof sa);
	sa.sa_handler = on_signal;
	/* The second signal finds the default action: an operator who insists is heard. */
	sa.sa_flags = (int)SA_RESETHAND;
	sigemptyset(&sa.sa_mask);
	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGHUP, &sa, NULL);
}

const struct flag *stop_flag(void)
{
	return stop.flag;
}

int stop_fd(void)
{
	return stop.fd;
}

bool stop_wait(int fd, int timeout_ms)
{
	struct pollfd p[2] = {{.fd = stop.fd, .events = POLLIN}, {.fd = fd, .events = POLLIN}};

	if (poll(p, fd < 0 ? 1 : 2, timeout_ms) < 0 && errno != EINTR)
		die("poll: %s", strerror(errno));
	return flag_get(stop.flag);
}
