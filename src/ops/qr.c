/* ops/qr.c - see qr.h. */
#include "ops/qr.h"

#include <string.h>

#ifdef WITH_QRENCODE
#include <qrencode.h>
#endif

#include "base/mem.h"

#define MARGIN 4

struct qr {
	int size;
	unsigned char *dark; /* size * size */
};

bool qr_available(void)
{
#ifdef WITH_QRENCODE
	return true;
#else
	return false;
#endif
}

enum err qr_new(const char *text, struct qr **out, struct err_info *info)
{
#ifdef WITH_QRENCODE
	/* The least correction: a screen has no dirt, and an address is long. */
	QRcode *code = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_L);
	struct qr *q;
	size_t cells;

	if (!code)
		return err_set(info, E_UNSUPPORTED, "%zu bytes are too many for a QR code",
			       strlen(text));
	q = xcalloc(1, sizeof(*q));
	q->size = code->width;
	cells = (size_t)code->width * (size_t)code->width;
	q->dark = xcalloc(cells, 1);
	for (size_t i = 0; i < cells; i++)
		q->dark[i] = code->data[i] & 1;
	QRcode_free(code);
	*out = q;
	return OK;
#else
	(void)text;
	(void)out;
	return err_set(info, E_UNSUPPORTED,
		       "this masthead was built without QR codes (libqrencode)");
#endif
}

void qr_free(struct qr **q)
{
	if (!*q)
		return;
	xfree(&(*q)->dark);
	xfree(q);
}

int qr_size(const struct qr *q)
{
	return q->size;
}

bool qr_dark(const struct qr *q, int x, int y)
{
	return x >= 0 && y >= 0 && x < q->size && y < q->size && q->dark[y * q->size + x];
}

int qr_columns(const struct qr *q, bool ascii)
{
	return (q->size + 2 * MARGIN) * (ascii ? 2 : 1);
}

int qr_rows(const struct qr *q, bool ascii)
{
	int cells = q->size + 2 * MARGIN;

	return ascii ? cells : (cells + 1) / 2;
}

void qr_row(const struct qr *q, int row, bool ascii, struct strbuf *out)
{
	static const char *const halves[] = {" ", "\u2584", "\u2580", "\u2588"};
	int cells = q->size + 2 * MARGIN, y = (ascii ? row : row * 2) - MARGIN;

	for (int x = -MARGIN; x < cells - MARGIN; x++) {
		if (ascii) {
			strbuf_puts(out, qr_dark(q, x, y) ? "##" : "  ");
			continue;
		}
		/* The last row may have no lower half. */
		bool upper = !qr_dark(q, x, y),
		     lower = y + 1 < cells - MARGIN && !qr_dark(q, x, y + 1);
		strbuf_puts(out, halves[upper * 2 + lower]);
	}
}
