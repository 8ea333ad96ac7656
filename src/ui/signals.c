/* ui/signals.c - the handlers. Those for a crash give the terminal back and let the signal do its work. */
#include "ui/signals.h"

#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "ui/term.h"

static const int ending[] = {SIGTERM, SIGHUP, SIGINT};
static const int crashing[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS, SIGQUIT};
/* To be let in only while waiting, too; the first is curses' own. */
static const int waiting[] = {SIGWINCH, SIGTSTP, SIGCHLD};

static struct {
	volatile sig_atomic_t stop, suspend;
	sigset_t before;
	struct sigaction old_ending[COUNT_OF(ending)];
	struct sigaction old_crashing[COUNT_OF(crashing)];
	struct sigaction old_child, old_pipe, old_suspend;
	char *stack;
} signals;

static void on_ending(int signo)
{
	signals.stop = signo;
}

static void on_suspend(int signo)
{
	(void)signo;
	signals.suspend = 1;
}

static void on_child(int signo)
{
	(void)signo; /* that it came is enough: it ends the wait */
}

static void on_crash(int signo)
{
	term_emergency();
	for (size_t i = 0; i < COUNT_OF(crashing); i++)
		if (crashing[i] == signo)
			sigaction(signo, &signals.old_crashing[i], NULL);
	raise(signo);
}

static void open_crashing(void)
{
	struct sigaction act = {.sa_handler = on_crash, .sa_flags = SA_ONSTACK | SA_NODEFER};
	stack_t stack = {0};

	/* A stack overflow is a crash too: the handler has a stack of its own. */
	signals.stack = xmalloc((size_t)SIGSTKSZ);
	stack.ss_sp = signals.stack;
	stack.ss_size = (size_t)SIGSTKSZ;
	sigaltstack(&stack, NULL);
	sigemptyset(&act.sa_mask);
	for (size_t i = 0; i < COUNT_OF(crashing); i++)
		sigaction(crashing[i], &act, &signals.old_crashing[i]);
	die_set_hook(term_emergency);
}

void signals_open(void)
{
	struct sigaction act = {.sa_handler = on_ending}, child = {.sa_handler = on_child},
			 suspend = {.sa_handler = on_suspend}, ignore = {.sa_handler = SIG_IGN};
	sigset_t block;

	signals.stop = signals.suspend = 0;
	sigemptyset(&block);
	sigemptyset(&act.sa_mask);
	sigemptyset(&child.sa_mask);
	sigemptyset(&suspend.sa_mask);
	sigemptyset(&ignore.sa_mask);
	for (size_t i = 0; i < COUNT_OF(ending); i++) {
		sigaction(ending[i], &act, &signals.old_ending[i]);
		sigaddset(&block, ending[i]);
	}
	for (size_t i = 0; i < COUNT_OF(waiting); i++)
		sigaddset(&block, waiting[i]);
	sigaction(SIGCHLD, &child, &signals.old_child);
	/* Instead of curses' own, which works inside the handler. */
	sigaction(SIGTSTP, &suspend, &signals.old_suspend);
	sigaction(SIGPIPE, &ignore, &signals.old_pipe);
	sigprocmask(SIG_BLOCK, &block, &signals.before);
	open_crashing();
}

void signals_close(void)
{
	stack_t none = {.ss_flags = SS_DISABLE};

	for (size_t i = 0; i < COUNT_OF(crashing); i++)
		sigaction(crashing[i], &signals.old_crashing[i], NULL);
	for (size_t i = 0; i < COUNT_OF(ending); i++)
		sigaction(ending[i], &signals.old_ending[i], NULL);
	sigaction(SIGCHLD, &signals.old_child, NULL);
	sigaction(SIGTSTP, &signals.old_suspend, NULL);
	sigaction(SIGPIPE, &signals.old_pipe, NULL);
	sigaltstack(&none, NULL);
	xfree(&signals.stack);
	die_set_hook(NULL);
	sigprocmask(SIG_SETMASK, &signals.before, NULL);
}

int signals_poll(struct pollfd *fds, nfds_t n, int64_t timeout_ms)
{
	struct timespec t = {timeout_ms / 1000, (timeout_ms % 1000) * 1000000};

	int got = ppoll(fds, n, timeout_ms < 0 ? NULL : &t, &signals.before);
	/* Descriptors that are always ready would keep signals out for ever: let in what waits. */
	sigset_t blocked;
	sigprocmask(SIG_SETMASK, &signals.before, &blocked);
	sigprocmask(SIG_SETMASK, &blocked, NULL);
	return got;
}

bool signals_suspend(void)
{
	bool asked = signals.suspend;

	signals.suspend = 0;
	return asked;
}

int signals_stop(void)
{
	return signals.stop;
}

const sigset_t *signals_before(void)
{
	return &signals.before;
}
