# data: what is installed beside the program.
systemduserunit_DATA = data/masthead.service
EXTRA_DIST += data/masthead.service.in
CLEANFILES += data/masthead.service

# bindir is written in terms of prefix, which make expands and configure does not.
data/masthead.service: $(srcdir)/data/masthead.service.in Makefile
	$(AM_V_GEN)$(MKDIR_P) data && \
	sed 's|@bindir[@]|$(bindir)|g' $(srcdir)/data/masthead.service.in >$@.tmp && \
	mv $@.tmp $@

# One file for each shell, where the shell looks for it; they ask `masthead complete'.
bashcompletiondir = $(datadir)/bash-completion/completions
zshcompletiondir = $(datadir)/zsh/site-functions
fishcompletiondir = $(datadir)/fish/vendor_completions.d
dist_zshcompletion_DATA = data/completions/_masthead
dist_fishcompletion_DATA = data/completions/masthead.fish
EXTRA_DIST += data/completions/masthead.bash

# bash wants it under the program's own name.
install-data-hook: install-bash-completion
install-bash-completion:
	$(MKDIR_P) '$(DESTDIR)$(bashcompletiondir)'
	$(INSTALL_DATA) $(srcdir)/data/completions/masthead.bash '$(DESTDIR)$(bashcompletiondir)/masthead'
uninstall-hook: uninstall-bash-completion
uninstall-bash-completion:
	rm -f '$(DESTDIR)$(bashcompletiondir)/masthead'
.PHONY: install-bash-completion uninstall-bash-completion
