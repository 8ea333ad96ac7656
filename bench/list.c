/* bench/list.c - list DB: the least that a list of jobs on a screen can be: one query, ncurses, j and q.
 *
 * What a program without panes, clock, scopes, publisher and recovery needs from exec to a full screen. */
#include <curses.h>
#include <locale.h>
#include <sqlite3.h>
#include <stdio.h>

static void page(sqlite3_stmt *s, int rows)
{
	for (int y = 0; y < rows - 1 && sqlite3_step(s) == SQLITE_ROW; y++) {
		mvprintw(y, 0, "%7lld %-10s %-10s %14lld %s", sqlite3_column_int64(s, 0),
			 sqlite3_column_text(s, 1), sqlite3_column_text(s, 2),
			 sqlite3_column_int64(s, 3), sqlite3_column_text(s, 4));
		clrtoeol();
	}
	sqlite3_reset(s);
}

int main(int argc, char **argv)
{
	sqlite3 *db;
	sqlite3_stmt *s;
	int key, y = 0;

	setlocale(LC_ALL, "");
	if (argc != 2 || sqlite3_open_v2(argv[1], &db, SQLITE_OPEN_READONLY, NULL) ||
	    sqlite3_prepare_v2(
		    db,
		    "SELECT j.id, j.platform, j.status, j.scheduled_at, p.text"
		    " FROM publishing_jobs j JOIN posts p ON p.tenant_id = j.tenant_id"
		    " AND p.id = j.post_id WHERE j.tenant_id = 1 ORDER BY j.id DESC LIMIT 300",
		    -1, &s, NULL)) {
		fprintf(stderr, "usage: list DB\n");
		return 2;
	}
	initscr();
	noecho();
	page(s, LINES);
	do {
		mvchgat(y, 0, -1, A_REVERSE, 0, NULL);
		refresh();
		key = getch();
		mvchgat(y, 0, -1, A_NORMAL, 0, NULL);
		if (key == 'j' && y < LINES - 2)
			y++;
		if (key == 'k' && y > 0)
			y--;
	} while (key != 'q' && key != ERR);
	endwin();
	sqlite3_finalize(s);
	sqlite3_close(db);
	return 0;
}
