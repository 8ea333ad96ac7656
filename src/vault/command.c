/* vault/command.c - what a program prints, as a secret.
 *
 * No shell: a command's words are split (base/process.h), and the program is run as it is named.
 * A key command's standard error and terminal stay the operator's (a key agent may ask there); output goes
 * through a pipe straight into locked memory. It has a minute. What a program is given to read is in its pipe before it
 * starts, so that nothing here waits for it to read, and none that ends early can end us. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
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

static int start(const struct program *p, int input, int output, pid_t *pid)
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
	if (input >= 0)
		posix_spawn_file_actions_adddup2(&files, input, STDIN_FILENO);
	if (p->quiet)
		posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	errnum = posix_spawnp(pid, p->argv[0], &files, &attr, p->argv, environ);
	posix_spawn_file_actions_destroy(&files);
	posix_spawnattr_destroy(&attr);
	return errnum;
}

/* A pipe that holds the input already; -1: errno. */
static int filled_pipe(const struct secret *input)
{
	int ends[2];
	ssize_t k;

	INVARIANT(secret_len(input) <= PIPE_BUF, "input that a pipe holds");
	if (pipe2(ends, O_CLOEXEC) != 0)
		return -1;
	k = write(ends[1], secret_bytes(input), secret_len(input));
	close(ends[1]);
	if (k == (ssize_t)secret_len(input))
		return ends[0];
	close(ends[0]);
	return -1;
}

/* Starts it; *output is where it prints. */
static enum err begin(const struct program *p, int *output, pid_t *pid, struct err_info *info)
{
	int input = p->input ? filled_pipe(p->input) : -1, ends[2], errnum;

	if ((p->input && input < 0) || pipe2(ends, O_CLOEXEC) != 0) {
		errnum = errno;
		if (input >= 0)
			close(input);
		return err_set_errno(info, errnum, "cannot run %s", p->what);
	}
	errnum = start(p, input, ends[1], pid);
	close(ends[1]);
	if (input >= 0)
		close(input);
	if (errnum) {
		close(ends[0]);
		return err_set(info, E_VAULT_LOCKED, "cannot run %s %s: %s", p->what, p->argv[0],
			       strerror(errnum));
	}
	*output = ends[0];
	return OK;
}

static enum err too_slow(const struct program *p, struct err_info *info)
{
	return err_set(info, E_VAULT_LOCKED, "%s took over %d seconds", p->what,
		       COMMAND_TIMEOUT_MS / 1000);
}

/* Fills room to the end of the output. *len past size: there was more. */
static enum err read_output(const struct program *program, int fd, unsigned char *room, size_t size,
			    int64_t deadline, size_t *len, struct err_info *info)
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
			return too_slow(program, info);
		k = ready < 0 ? -1 : read(fd, room + *len, size - *len);
		if (k < 0 && errno == EINTR)
			continue;
		if (k < 0)
			return err_set_errno(info, errno, "cannot read what %s prints",
					     program->what);
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

static enum err judge(const char *program, int status, struct err_info *info)
{
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

enum err program_run(const struct program *p, size_t max, struct secret **out, int *status,
		     struct err_info *info)
{
	int64_t deadline = clock_mono_ms() + COMMAND_TIMEOUT_MS;
	unsigned char *room = NULL;
	size_t len = 0;
	bool ended;
	pid_t pid;
	int fd;
	enum err e = begin(p, &fd, &pid, info);

	if (e)
		return e;
	room = sodium_malloc(max + 3);
	if (!room)
		die("out of memory for a secret");
	e = read_output(p, fd, room, max + 3, deadline, &len, info);
	close(fd);
	ended = reap(pid, e ? 0 : deadline, status);
	/* One that prints on is ended by its closed pipe: what is told is its excess. */
	if (!e && !ended && len <= max + 2)
		e = too_slow(p, info);
	len = without_newline(room, len);
	if (!e && len > max)
		e = err_set(info, E_VAULT_KEY, "%s prints over %zu bytes", p->what, max);
	if (!e)
		*out = secret_new(room, len);
	sodium_free(room);
	return e;
}

enum err command_output(const char *command, size_t max, struct secret **out, struct err_info *info)
{
	char *words = xstrdup(command), *argv[COMMAND_WORDS];
	struct program p = {.argv = argv, .what = "the key command"};
	struct secret *s = NULL;
	int status = 0;
	enum err e;

	if (!process_split(words, argv, COMMAND_WORDS))
		e = err_set(info, E_INVALID, "the key command is empty or has an open quote");
	else
		e = program_run(&p, max, &s, &status, info);
	if (!e)
		e = judge(argv[0], status, info);
	if (!e && secret_len(s) == 0)
		e = err_set(info, E_VAULT_LOCKED, "the key command printed nothing");
	xfree(&words);
	if (e)
		secret_free(&s);
	else
		*out = s;
	return e;
}
