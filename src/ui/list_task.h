/* ui/list_task.h - what a list leaves to the worker: slow pages, far searches, marking of everything. */
#ifndef MASTHEAD_UI_LIST_TASK_H
#define MASTHEAD_UI_LIST_TASK_H

#include "ui/list_view.h"

/* For list.dispatch: true when the query is slow and the want went to the worker. */
bool list_task_dispatch(struct list *l, const struct list_want *w);
void list_task_search(struct list_view *lv, bool backwards);
/* Marks from one row to another, wherever they are in the list: beside what is marked already. */
void list_task_mark_range(struct list_view *lv, int64_t from, int64_t to);
void list_task_mark_all(struct list_view *lv);

#endif
