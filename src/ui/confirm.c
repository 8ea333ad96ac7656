/* ui/confirm.c - see confirm.h for the rules. */
#include "ui/confirm.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/i18n.h"
#include "ui/console.h"

void confirm_close(struct console *c)
{
	struct confirm *q = &c->confirm;
	void (*drop)(void *) = q->drop;
	void *data = q->data;

	line_wipe(&q->typed);
	*q = (struct confirm){0};
	if (drop)
		drop(data);
}

static void begin(struct console *c, const char *question,
		  void (*chosen)(struct console *, void *, size_t), void (*drop)(void *),
		  void *data)
{
	struct confirm *q = &c->confirm;

	if (q->open)
		confirm_close(c);
	*q = (struct confirm){.open = true, .chosen = chosen, .drop = drop, .data = data};
	snprintf(q->question, sizeof(q->question), "%s", question);
	c->messages.shown = false;
}

void confirm_choose(struct console *c, const char *question, const struct choice *choices, size_t n,
		    void (*chosen)(struct console *, void *, size_t), void (*drop)(void *),
		    void *data)
{
	begin(c, question, chosen, drop, data);
	for (size_t i = 0; i < n && i < CHOICES_MAX; i++) {
		c->confirm.choices[i] = choices[i];
		/* The key that led here must not be the one that confirms. */
		if (choices[i].key == c->last_key)
			c->confirm.choices[i].key = '0' + (uint32_t)i + 1;
		c->confirm.n++;
	}
}

void confirm_ask(struct console *c, const char *question,
		 void (*yes)(struct console *, void *, size_t), void (*drop)(void *), void *data)
{
	static const struct choice choice = {'y', N_("yes")};

	confirm_choose(c, question, &choice, 1, yes, drop, data);
}

void confirm_number(struct console *c, const char *question, int64_t number,
		    void (*yes)(struct console *, void *, size_t), void (*drop)(void *), void *data)
{
	begin(c, question, yes, drop, data);
	c->confirm.number = number;
}

static void answer(struct console *c, size_t choice)
{
	struct confirm q = c->confirm;

	/* The answer may ask the next question: this one is over first. */
	c->confirm = (struct confirm){0};
	q.chosen(c, q.data, choice);
	if (q.drop)
		q.drop(q.data);
}

static void leave(struct console *c)
{
	confirm_close(c);
	say(c, MESSAGE_INFO, "%s", _("Nothing was done."));
}

static void number_key(struct console *c, uint32_t key)
{
	struct confirm *q = &c->confirm;

	if (key == K_ESC || key == KEY_CTRL('C')) {
		leave(c);
	} else if (key == K_ENTER) {
		if (q->typed.len && strtoll(q->typed.text, NULL, 10) == q->number)
			answer(c, 0);
		else
			leave(c);
	} else if ((key >= '0' && key <= '9') || key == K_BACKSPACE || key == KEY_CTRL('U')) {
		line_key(&q->typed, key);
	}
}

void confirm_key(struct console *c, uint32_t key)
{
	struct confirm *q = &c->confirm;

	if (!q->fresh)
		return;
	if (q->number) {
		number_key(c, key);
		return;
	}
	for (size_t i = 0; i < q->n; i++)
		if (q->choices[i].key == key) {
			answer(c, i);
			return;
		}
	/* Anything else that is plainly a refusal; other keys, Enter among them, do nothing. */
	if (key == K_ESC || key == 'n' || key == 'N' || key == 'q' || key == KEY_CTRL('C'))
		leave(c);
}

void confirm_paint(struct console *c)
{
	const struct confirm *q = &c->confirm;
	const struct rect *r = &c->layout.message;
	struct strbuf tail;
	char name[16];

	strbuf_init(&tail, 1024);
	if (q->number) {
		strbuf_printf(&tail, _(" Type %lld and Enter: "), (long long)q->number);
		strbuf_puts(&tail, q->typed.text);
	} else {
		for (size_t i = 0; i < q->n; i++) {
			keys_name(q->choices[i].key, name, sizeof(name));
			strbuf_printf(&tail, " [%s] %s", name, _(q->choices[i].label));
		}
		strbuf_printf(&tail, " [n] %s", _("no"));
	}
	int cells = draw_cells(tail.data), asked = draw_cells(q->question), x = r->x;
	if (asked + cells < r->w) {
		draw_field(r->y, x, asked, term_attr(ROLE_WARN), q->question, false);
		x += asked;
	} else {
		/* Too long for one row: the question takes the hint's. */
		draw_field(c->layout.hint.y, x, r->w, term_attr(ROLE_WARN), q->question, false);
	}
	draw_field(r->y, x, r->x + r->w - x, term_attr(ROLE_KEY), tail.data, false);
	if (q->number)
		draw_cursor(r->y, x + cells);
	strbuf_free(&tail);
}

void confirm_shown(struct console *c)
{
	if (c->confirm.open && !c->confirm.fresh) {
		term_forget_keys();
		c->confirm.fresh = true;
	}
}
