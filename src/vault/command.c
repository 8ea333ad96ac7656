/* vault/command.c - what a command prints, as a secret.
 *
 * No shell: the words are split (base/process.h), and the program is run as it is named.
 * Its standard error and terminal stay the operator's (a key agent may ask there); its output goes
 * through a pipe straight into locked memory. It has a minute. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sodium.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/process.h"
#include "vault/master.h"

#define COMMAND_WORDS PROCESS_WORDS
#define COMMAND_TIMEOUT_MS 60000
#define EXIT_POLL_MS 10

static int start(char *const argv[], int output, pid_t *pid)
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
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	posix_spawn_file_actions_adddup2(&files, output, STDOUT_FILENO);
	errnum = posix_spawnp(pid, argv[0], &files, &attr, argv, environ);
	posix_spawn_file_actions_destroy(&files);
	posix_spawnattr_destroy(&attr);
	return errnum;
}

/* Fills room to the end of the output. *len past size: there was more. */
static enum err read_output(int fd, unsigned char *room, size_t size, int64_t deadline, size_t *len,
			    struct err_info *info)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};

	*len = 0;
	while (*len < size) {
		int64_t left = deadline - clock_mono_ms();
		int ready = left > 0 ? poll(&p, 1, (int)left) : 0;
		ssize_t k;

		if (ready < 0 && errno == EINTR)
			continue;
		if (ready == 0)
			return err_set(info, E_VAULT_LOCKED, "the key command took over %d seconds",
				       COMMAND_TIMEOUT_MS / 1000);
		k = ready < 0 ? -1 : read(fd, room + *len, size - *len);
		if (k < 0 && errno == EINTR)
			continue;
		if (k < 0)
			return err_set_errno(info, errno, "cannot read the key command's output");
		if (k == 0)
			return OK;
		*len += (size_t)k;
	}
	return OK;
}

/* Its end, by itself until the deadline, else by force. False: it had to be forced. */
static bool reap(pid_t pid, int64_t deadline, int *status)
{
	for (;;) {
		pid_t got = waitpid(pid, status, WNOHANG);

		if (got == pid)
			return true;
		if (got < 0 && errno != EINTR) {
			*status = 0; /* reaped by someone else: its output was whole */
			return true;
		}
		if (clock_mono_ms() >= deadline) {
			kill(pid, SIGKILL);
			while (waitpid(pid, status, 0) < 0 && errno == EINTR)
				continue;
			return false;
		}
		poll(NULL, 0, EXIT_POLL_MS);
	}
}

static enum err judge(const char *program, int status, bool ended, struct err_info *info)
{
	if (!ended)
		return err_set(info, E_VAULT_LOCKED, "the key command took over %d seconds",
			       COMMAND_TIMEOUT_MS / 1000);
	if (WIFSIGNALED(status))
		return err_set(info, E_VAULT_LOCKED, "the key command %s was ended by signal %d",
			       program, WTERMSIG(status));
	if (WEXITSTATUS(status) != 0) {
		err_set(info, E_VAULT_LOCKED, "the key command %s ended with status %d", program,
			WEXITSTATUS(status));
		err_hint(info, "run it by hand to see why");
		return E_VAULT_LOCKED;
	}
	return OK;
}

static size_t without_newline(const unsigned char *room, size_t len)
{
	if (len > 0 && room[len - 1] == '\n')
		len--;
	if (len > 0 && room[len - 1] == '\r')
		len--;
	return len;
}

static enum err run(char *argv[], size_t max, struct secret **out, struct err_info *info)
{
	int64_t deadline = clock_mono_ms() + COMMAND_TIMEOUT_MS;
	unsigned char *room = NULL;
	int ends[2], status = 0, errnum;
	size_t len = 0;
	bool ended;
	pid_t pid;
	enum err e, end;

	if (pipe2(ends, O_CLOEXEC) != 0)
		return err_set_errno(info, errno, "cannot run the key command");
	errnum = start(argv, ends[1], &pid);
	close(ends[1]);
	if (errnum) {
		close(ends[0]);
		return err_set(info, E_VAULT_LOCKED, "cannot run the key command %s: %s", argv[0],
			       strerror(errnum));
	}
	room = sodium_malloc(max + 3);
	if (!room)
		die("out of memory for a secret");
	e = read_output(ends[0], room, max + 3, deadline, &len, info);
	close(ends[0]);
	ended = reap(pid, e ? 0 : deadline, &status);
	if (!e) {
		/* One that prints on is ended by its closed pipe: what is told is its excess. */
		end = len > max + 2 ? OK : judge(argv[0], status, ended, info);
		len = without_newline(room, len);
		e = !end && len > max ? err_set(info, E_VAULT_KEY,
						"the key command prints over %zu bytes", max)
				      : end;
	}
	if (!e)
		*out = secret_new(room, len);
	sodium_free(room);
	return e;
}

enum err command_output(const char *command, size_t max, struct secret **out, struct err_info *info)
{
	char *words = xstrdup(command), *argv[COMMAND_WORDS];
	struct secret *s = NULL;
	enum err e;

	if (!process_split(words, argv, COMMAND_WORDS))
		e = err_set(info, E_INVALID, "the key command is empty or has an open quote");
	else
		e = run(argv, max, &s, info);
	if (!e && secret_len(s) == 0)
		e = err_set(info, E_VAULT_LOCKED, "the key command printed nothing");
	xfree(&words);
	if (e)
		secret_free(&s);
	else
		*out = s;
	return e;
}
