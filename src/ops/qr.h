/* ops/qr.h - a text as a QR code: the address of a login, for a phone.
 *
 * The rows are drawn for a terminal with light letters on a dark ground: half blocks stand for the light cells. With ASCII it
 * is "##" for the dark ones, as on paper. A margin of four cells is part of it. Pure, any thread.
 * Needs libqrencode (WITH_QRENCODE). */
#ifndef MASTHEAD_OPS_QR_H
#define MASTHEAD_OPS_QR_H

#include "base/error.h"
#include "base/strbuf.h"

struct qr;
bool qr_available(void); /* was it built in? */
/* E_UNSUPPORTED: it was not, or the text is too long for any code. */
enum err qr_new(const char *text, struct qr **out, struct err_info *info) MUST_USE;
void qr_free(struct qr **q);
int qr_size(const struct qr *q);                /* cells a side, without the margin */
bool qr_dark(const struct qr *q, int x, int y); /* outside: false */
int qr_columns(const struct qr *q, bool ascii);
int qr_rows(const struct qr *q, bool ascii);
void qr_row(const struct qr *q, int row, bool ascii, struct strbuf *out); /* appends; no newline */

#endif
