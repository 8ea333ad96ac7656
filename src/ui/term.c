/* ui/term.c - taking the terminal and giving it back.
 *
 * Raw mode: ^C, ^Z and ^\ are keys like others. What a crash needs (the strings that leave
 * the alternate screen, the first settings) is fetched when the terminal is taken, so that
 * term_emergency calls nothing but write, tcsetattr and dup2. Standard error points to
 * nowhere while the screen is up: nothing prints over it. */
#include "ui/term.h"

#include <curses.h>
#include <fcntl.h>
#include <langinfo.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <term.h>
#include <termios.h>
#include <unistd.h>

#include "ui/keys.h"
#include "ui/signals.h"
#include "ui/theme.h"

static struct {
	SCREEN *screen;
	WINDOW *input; /* never drawn on, so that reading a key draws nothing */
	bool ascii, taken;
	int saved_stderr;
	struct termios before;
	char leave[256];
	size_t leave_bytes;
} term = {.saved_stderr = -1};

/* Terminal strings carry padding as $<5>: that is not for the terminal. */
static void remember(const char *capability)
{
	const char *s = tigetstr(capability);

	if (!s || s == (const char *)-1)
		return;
	while (*s && term.leave_bytes < sizeof(term.leave)) {
		if (s[0] == '$' && s[1] == '<') {
			const char *end = strchr(s, '>');
			if (end) {
				s = end + 1;
				continue;
			}
		}
		term.leave[term.leave_bytes++] = *s++;
	}
}

static void silence(void)
{
#ifndef WITH_SANITIZERS
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

	if (null < 0)
		return;
	fflush(stderr);
	term.saved_stderr = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 10);
	if (term.saved_stderr >= 0)
		dup2(null, STDERR_FILENO);
	close(null);
#endif
}

static void speak(void)
{
	if (term.saved_stderr < 0)
		return;
	dup2(term.saved_stderr, STDERR_FILENO);
	close(term.saved_stderr);
	term.saved_stderr = -1;
}

void term_emergency(void)
{
	if (!term.taken)
		return;
	term.taken = false;
	ssize_t unused = write(STDOUT_FILENO, term.leave, term.leave_bytes);
	(void)unused;
	tcsetattr(STDIN_FILENO, TCSANOW, &term.before);
	if (term.saved_stderr >= 0)
		dup2(term.saved_stderr, STDERR_FILENO);
}

static void modes(void)
{
	raw();
	noecho();
	nonl();
	keypad(term.input, TRUE);
	nodelay(term.input, TRUE);
	intrflush(term.input, FALSE);
}

enum err term_open(const struct ui_options *o, struct err_info *info)
{
	const char *name = getenv("TERM");

	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
		enum err e = err_set(info, E_UNSUPPORTED, "The console needs a terminal.");
		err_hint(info, "masthead --help lists the verbs, which do without one");
		return e;
	}
	if (tcgetattr(STDIN_FILENO, &term.before) != 0)
		return err_set(info, E_UNSUPPORTED, "The terminal does not say its settings.");
	term.ascii = o->ascii || strcmp(nl_langinfo(CODESET), "UTF-8") != 0;
	set_escdelay(25);
	/* newterm loses memory when it fails, so the type is looked up first. */
	int known = 0;
	if (setupterm(NULL, STDOUT_FILENO, &known) == 0) {
		del_curterm(cur_term);
		term.screen = newterm(NULL, stdout, stdin);
	}
	if (!term.screen) {
		enum err e = err_set(info, E_UNSUPPORTED, "The terminal type \"%s\" is not known.",
				     name ? name : "");
		err_hint(info, "set TERM to what the terminal is, e.g. xterm-256color");
		return e;
	}
	set_term(term.screen);
	term.leave_bytes = 0;
	remember("sgr0");
	remember("cnorm");
	remember("rmkx");
	remember("rmcup");
	if (term.leave_bytes < sizeof(term.leave))
		term.leave[term.leave_bytes++] = '\r';
	/* A pad is never shown, so reading keys through it refreshes nothing. */
	term.input = newpad(1, 1);
	modes();
	curs_set(0);
	idlok(stdscr, TRUE);
	leaveok(stdscr, FALSE);
	theme_set(o->theme, o->color);
	term.taken = true;
	silence();
	return OK;
}

void term_close(void)
{
	if (!term.screen)
		return;
	term_mouse(false);
	curs_set(1);
	endwin();
	term.taken = false;
	delwin(term.input);
	delscreen(term.screen);
	term.screen = NULL;
	term.input = NULL;
	speak();
}

void term_leave(void)
{
	def_prog_mode();
	curs_set(1);
	endwin();
	term.taken = false;
	speak();
}

void term_return(void)
{
	silence();
	term.taken = true;
	reset_prog_mode();
	curs_set(0);
	clearok(curscr, TRUE);
	/* The window may have another size now: curses asks when the screen is first drawn. */
	doupdate();
	if (is_term_resized(LINES, COLS))
		clearok(stdscr, TRUE);
}

void term_suspend(void)
{
	struct sigaction standard = {.sa_handler = SIG_DFL}, mine;
	sigset_t stop, old;

	term_leave();
	sigemptyset(&stop);
	sigaddset(&stop, SIGTSTP);
	sigaction(SIGTSTP, &standard, &mine);
	sigprocmask(SIG_UNBLOCK, &stop, &old);
	kill(0, SIGTSTP);
	sigprocmask(SIG_SETMASK, &old, NULL);
	sigaction(SIGTSTP, &mine, NULL);
	term_return();
}

void term_redraw(void)
{
	clearok(curscr, TRUE);
}

void term_mouse(bool on)
{
	/* No clicks made of presses and releases: a border is drawn from the one to the other. */
	mouseinterval(0);
	mousemask(on ? BUTTON1_PRESSED | BUTTON1_RELEASED | BUTTON4_PRESSED | BUTTON5_PRESSED : 0,
		  NULL);
}

bool term_mouse_event(int *y, int *x, int *wheel, bool *released)
{
	MEVENT e;

	if (getmouse(&e) != OK)
		return false;
	*y = e.y;
	*x = e.x;
	*released = (e.bstate & BUTTON1_RELEASED) != 0;
	*wheel = e.bstate & BUTTON4_PRESSED ? -1 : e.bstate & BUTTON5_PRESSED ? 1 : 0;
	return true;
}

bool term_set_ascii(bool on)
{
	if (!on && strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
		return false;
	term.ascii = on;
	return true;
}

bool term_ascii(void)
{
	return term.ascii;
}

const char *term_glyph(enum glyph g)
{
	static const char *const glyphs[GLYPH_COUNT][2] = {
		[GLYPH_RULE] = {"─", "-"},       [GLYPH_BAR] = {"│", "|"},
		[GLYPH_TEE] = {"┬", "+"},        [GLYPH_MORE] = {"…", "~"},
		[GLYPH_MARK] = {"▪", "*"},       [GLYPH_CHOSEN] = {"▸", ">"},
		[GLYPH_DOT] = {"·", "-"},        [GLYPH_SCOPE] = {"›", ">"},
		[GLYPH_PLOT_0] = {" ", " "},     [GLYPH_PLOT_0 + 1] = {"▁", "."},
		[GLYPH_PLOT_0 + 2] = {"▂", "."}, [GLYPH_PLOT_0 + 3] = {"▃", ":"},
		[GLYPH_PLOT_0 + 4] = {"▄", ":"}, [GLYPH_PLOT_0 + 5] = {"▅", "|"},
		[GLYPH_PLOT_0 + 6] = {"▆", "|"}, [GLYPH_PLOT_0 + 7] = {"▇", "#"},
		[GLYPH_PLOT_8] = {"█", "#"},
	};

	return glyphs[g][term.ascii];
}

int term_attr(enum role r)
{
	return theme_attr(r);
}

int term_brand_attr(const char *color)
{
	return theme_brand_attr(color);
}

int term_rows(void)
{
	return LINES;
}

int term_columns(void)
{
	return COLS;
}

static uint32_t from_curses(wint_t code)
{
	static const struct {
		int code;
		uint32_t key;
	} map[] = {
		{KEY_UP, K_UP},       {KEY_DOWN, K_DOWN},           {KEY_LEFT, K_LEFT},
		{KEY_RIGHT, K_RIGHT}, {KEY_HOME, K_HOME},           {KEY_END, K_END},
		{KEY_PPAGE, K_PGUP},  {KEY_NPAGE, K_PGDN},          {KEY_IC, K_INSERT},
		{KEY_DC, K_DELETE},   {KEY_BACKSPACE, K_BACKSPACE}, {KEY_BTAB, K_BACKTAB},
		{KEY_ENTER, K_ENTER}, {KEY_RESIZE, K_RESIZE},       {KEY_MOUSE, K_MOUSE},
	};

	for (size_t i = 0; i < COUNT_OF(map); i++)
		if ((wint_t)map[i].code == code)
			return map[i].key;
	if (code > (wint_t)KEY_F0 && code <= (wint_t)KEY_F(12))
		return K_F0 + (uint32_t)(code - (wint_t)KEY_F0);
	return K_FUNCTION; /* a key that has no name here: runs nothing */
}

uint32_t term_key(void)
{
	wint_t code;
	int got = wget_wch(term.input, &code);

	if (got == ERR)
		return 0;
	if (got == KEY_CODE_YES)
		return from_curses(code);
	if (code == 0x7F)
		return K_BACKSPACE;
	if (code == '\n')
		return K_ENTER;
	return code ? (uint32_t)code : KEY_CTRL('@') | K_FUNCTION;
}

void term_forget_keys(void)
{
	wint_t code;

	flushinp();
	while (wget_wch(term.input, &code) != ERR)
		if (code == KEY_RESIZE) {
			ungetch(KEY_RESIZE);
			break;
		}
}

void term_raw(const char *bytes, size_t n)
{
	fflush(stdout);
	while (n) {
		ssize_t w = write(STDOUT_FILENO, bytes, n);
		if (w <= 0)
			break;
		bytes += w;
		n -= (size_t)w;
	}
}
