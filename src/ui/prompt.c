/* ui/prompt.c - the line editor with history and completion. */
#include "ui/prompt.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "ui/console.h"

static void forget_choices(struct prompt *p)
{
	if (p->n_choices)
		strbuf_free(&p->choices);
	p->n_choices = 0;
}

void prompt_open(struct console *c, const struct prompt_spec *spec, const char *label,
		 const char *text, void *data)
{
	struct prompt *p = &c->prompt;

	if (p->open)
		prompt_close(c);
	p->open = true;
	p->spec = spec;
	p->data = data;
	snprintf(p->label, sizeof(p->label), "%s", label ? label : spec->label);
	line_set(&p->line, text);
	p->at = p->n_history[spec->history];
	c->messages.shown = false;
}

void prompt_close(struct console *c)
{
	struct prompt *p = &c->prompt;

	if (!p->open)
		return;
	p->open = false;
	line_wipe(&p->line);
	forget_choices(p);
	if (p->spec->drop)
		p->spec->drop(p->data);
	p->data = NULL;
}

void prompt_free(struct console *c)
{
	prompt_close(c);
	for (size_t h = 0; h < HISTORY_COUNT; h++)
		for (size_t i = 0; i < c->prompt.n_history[h]; i++)
			xfree(&c->prompt.history[h][i]);
}

static void remember(struct prompt *p)
{
	enum prompt_history h = p->spec->history;
	size_t *n = &p->n_history[h];

	if (h == HISTORY_NONE || !p->line.len ||
	    (*n && !strcmp(p->history[h][*n - 1], p->line.text)))
		return;
	if (*n == HISTORY_KEPT) {
		xfree(&p->history[h][0]);
		memmove(&p->history[h][0], &p->history[h][1], (HISTORY_KEPT - 1) * sizeof(char *));
		--*n;
	}
	p->history[h][(*n)++] = xstrdup(p->line.text);
}

static void accept(struct console *c)
{
	struct prompt *p = &c->prompt;
	const struct prompt_spec *spec = p->spec;
	void *data = p->data;
	struct line line = p->line;

	remember(p);
	/* What is accepted may open the next prompt: this one is over first. */
	p->open = false;
	p->data = NULL;
	line_wipe(&p->line);
	forget_choices(p);
	spec->accept(c, data, line.text);
	line_wipe(&line);
	if (spec->drop)
		spec->drop(data);
}

static void recall(struct prompt *p, int step)
{
	enum prompt_history h = p->spec->history;
	size_t n = p->n_history[h];

	if ((step < 0 && p->at == 0) || (step > 0 && p->at >= n))
		return;
	p->at = step < 0 ? p->at - 1 : p->at + 1;
	line_set(&p->line, p->at < n ? p->history[h][p->at] : "");
}

/* The i-th line of choices. */
static const char *choice_at(const struct prompt *p, size_t i, size_t *n)
{
	const char *s = p->choices.data;

	for (; i > 0; i--)
		s = strchr(s, '\n') + 1;
	*n = strcspn(s, "\n");
	return s;
}

static void put_choice(struct prompt *p)
{
	size_t n;
	const char *s = choice_at(p, p->choice, &n);
	char word[LINE_BYTES], tail[LINE_BYTES];

	snprintf(word, sizeof(word), "%.*s", (int)n, s);
	snprintf(tail, sizeof(tail), "%s", p->line.text + p->line.cursor);
	p->line.text[p->from] = '\0';
	p->line.len = p->line.cursor = p->from;
	line_insert_text(&p->line, word);
	size_t cursor = p->line.cursor;
	line_insert_text(&p->line, tail);
	p->line.cursor = cursor;
}

/* Tab again goes to the next candidate. */
static void complete(struct console *c, int step)
{
	struct prompt *p = &c->prompt;

	if (!p->spec->complete)
		return;
	if (p->n_choices) {
		p->choice = (p->choice + p->n_choices + (size_t)(step + (int)p->n_choices)) %
			    p->n_choices;
		put_choice(p);
		return;
	}
	strbuf_init(&p->choices, 16 * 1024);
	p->from = p->line.cursor;
	p->spec->complete(c, p->line.text, p->line.cursor, &p->from, &p->choices);
	for (const char *s = p->choices.data; *s; s++)
		p->n_choices += *s == '\n';
	if (!p->n_choices) {
		strbuf_free(&p->choices);
		return;
	}
	p->choice = step < 0 ? p->n_choices - 1 : 0;
	put_choice(p);
	if (p->n_choices == 1)
		forget_choices(p);
}

void prompt_key(struct console *c, uint32_t key)
{
	struct prompt *p = &c->prompt;

	if (key == K_TAB || key == K_BACKTAB) {
		complete(c, key == K_TAB ? 1 : -1);
		return;
	}
	forget_choices(p);
	switch (key) {
	case K_ESC:
	case KEY_CTRL('C'):
	case KEY_CTRL('G'):
		prompt_close(c);
		return;
	case K_ENTER:
	case KEY_CTRL('J'):
		accept(c);
		return;
	case K_UP:
	case KEY_CTRL('P'):
		recall(p, -1);
		return;
	case K_DOWN:
	case KEY_CTRL('N'):
		recall(p, 1);
		return;
	default:
		break;
	}
	if ((key == K_BACKSPACE || key == KEY_CTRL('H')) && p->line.len == 0) {
		prompt_close(c);
		return;
	}
	line_key(&p->line, key);
}

/* The text around the cursor, shifted so that the cursor is to be seen. */
void prompt_paint(struct console *c)
{
	const struct prompt *p = &c->prompt;
	const struct rect *r = &c->layout.message;
	char left[LINE_BYTES];
	int x = draw(r->y, r->x, r->w / 2, term_attr(ROLE_KEY), p->label), room = r->w - x - 1;

	snprintf(left, sizeof(left), "%.*s", (int)p->line.cursor, p->line.text);
	const char *from = left;
	while (*from && draw_cells(from) > room)
		from++;
	/* Never from the middle of a character. */
	while (((unsigned char)*from & 0xC0) == 0x80)
		from++;
	int used = draw(r->y, r->x + x, room, term_attr(ROLE_TEXT), from);
	draw_field(r->y, r->x + x + used, r->w - x - used, term_attr(ROLE_TEXT),
		   p->line.text + p->line.cursor, false);
	draw_cursor(r->y, r->x + x + used);
	if (p->n_choices > 1) {
		char count[40];
		snprintf(count, sizeof(count), " %zu/%zu ", p->choice + 1, p->n_choices);
		draw(r->y, r->x + r->w - (int)strlen(count), (int)strlen(count),
		     term_attr(ROLE_DIM), count);
	}
}
