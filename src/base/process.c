/* base/process.c - see process.h. */
#include "base/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/thread.h"

#define LOOK_MS 100
#define EXIT_LOOK_MS 10
#define PIECE_BYTES 4096

bool process_split(char *s, char *argv[], size_t size)
{
	char *to = s;
	size_t n = 0;

	for (s += strspn(s, " \t\n"); *s; s += strspn(s, " \t\n")) {
		char quote = '\0';

		if (n + 1 >= size)
			return false;
		argv[n++] = to;
		for (; *s && (quote || !strchr(" \t\n", *s)); s++) {
			if (quote ? *s == quote : (*s == '"' || *s == '\''))
				quote = quote ? '\0' : *s;
			else if (*s == '\\' && quote != '\'' && s[1])
				*to++ = *++s;
			else
				*to++ = *s;
		}
		if (quote)
			return false;
		if (*s)
			s++;
		*to++ = '\0';
	}
	argv[n] = NULL;
	return n > 0;
}

static int start(char *const argv[], int output, int trouble, pid_t *pid)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	sigset_t none, standard;
	int errnum;

	sigemptyset(&none);
	sigfillset(&standard);
	sigdelset(&standard, SIGKILL);
	sigdelset(&standard, SIGSTOP);
	posix_spawn_file_actions_init(&files);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setsigmask(&attr, &none);
	posix_spawnattr_setsigdefault(&attr, &standard);
	posix_spawnattr_setpgroup(&attr, 0);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
						POSIX_SPAWN_SETPGROUP);
	posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&files, output, STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(&files, trouble, STDERR_FILENO);
	errnum = posix_spawnp(pid, argv[0], &files, &attr, argv, environ);
	posix_spawn_file_actions_destroy(&files);
	posix_spawnattr_destroy(&attr);
	return errnum;
}

/* Takes what is there; closes at the end. */
static void take(int *fd, struct strbuf *to)
{
	char piece[PIECE_BYTES];
	ssize_t n = read(*fd, piece, sizeof(piece));

	if (n > 0) {
		strbuf_add(to, piece, (size_t)n);
	} else if (n == 0 || errno != EINTR) {
		close(*fd);
		*fd = -1;
	}
}

static enum err may_go_on(const struct process *p, int64_t deadline, struct err_info *info)
{
	if (p->abort_flag && flag_get(p->abort_flag))
		return err_set(info, E_INTERRUPTED, "%s was ended", p->argv[0]);
	if (clock_mono_ms() >= deadline)
		return err_set(info, E_TIMEOUT, "%s took over %lld seconds", p->argv[0],
			       (long long)(p->timeout_ms / 1000));
	return OK;
}

/* To the end of both ways out, or of the program: what it left running may hold them open. */
static enum err listen_to(const struct process *p, pid_t pid, int fds[2], int64_t deadline,
			  bool *ended, int *status, struct err_info *info)
{
	enum err e = OK;

	while (!*ended && (fds[0] >= 0 || fds[1] >= 0)) {
		struct pollfd poll_fds[2] = {{.fd = fds[0], .events = POLLIN},
					     {.fd = fds[1], .events = POLLIN}};
		int ready = poll(poll_fds, 2, LOOK_MS);

		if (poll_fds[0].revents && ready > 0)
			take(&fds[0], p->output);
		if (poll_fds[1].revents && ready > 0)
			take(&fds[1], p->trouble);
		if (ready <= 0)
			*ended = waitpid(pid, status, WNOHANG) == pid;
		e = may_go_on(p, deadline, info);
		if (e)
			return e;
	}
	return OK;
}

static enum err reap(const struct process *p, pid_t pid, int64_t deadline, int *status,
		     struct err_info *info)
{
	for (;;) {
		pid_t got = waitpid(pid, status, WNOHANG);
		enum err e;

		if (got == pid || (got < 0 && errno != EINTR))
			return OK;
		e = may_go_on(p, deadline, info);
		if (e)
			return e;
		poll(NULL, 0, EXIT_LOOK_MS);
	}
}

static void end_by_force(pid_t pid, int *status)
{
	kill(-pid, SIGKILL);
	while (waitpid(pid, status, 0) < 0 && errno == EINTR)
		continue;
}

enum err process_run(struct process *p, struct err_info *info)
{
	int64_t deadline = clock_mono_ms() + p->timeout_ms;
	int out[2] = {-1, -1}, trouble[2] = {-1, -1}, fds[2], status = 0, errnum;
	bool ended = false;
	pid_t pid;
	enum err e;

	if (pipe2(out, O_CLOEXEC) != 0)
		return err_set_errno(info, errno, "cannot run %s", p->argv[0]);
	if (pipe2(trouble, O_CLOEXEC) != 0) {
		e = err_set_errno(info, errno, "cannot run %s", p->argv[0]);
		close(out[0]);
		close(out[1]);
		return e;
	}
	errnum = start(p->argv, out[1], trouble[1], &pid);
	close(out[1]);
	close(trouble[1]);
	fds[0] = out[0];
	fds[1] = trouble[0];
	if (errnum) {
		e = err_set(info, E_NOT_FOUND, "cannot run %s: %s", p->argv[0], strerror(errnum));
	} else {
		e = listen_to(p, pid, fds, deadline, &ended, &status, info);
		if (!e && !ended)
			e = reap(p, pid, deadline, &status, info);
		if (e)
			end_by_force(pid, &status);
	}
	for (int i = 0; i < 2; i++)
		if (fds[i] >= 0)
			close(fds[i]);
	p->status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
	return e;
}
