# Completion of masthead for bash. The program itself knows what may come: see `complete' in masthead(1).

_masthead()
{
	local line=${COMP_LINE:0:COMP_POINT} cut='' item char words

	# Words as the shell reads them but for quotes; the x keeps an empty last word. COMP_WORDS would be cut
	# at each of COMP_WORDBREAKS.
	read -a words <<<"${line}x"
	words[${#words[@]} - 1]=${words[${#words[@]} - 1]%x}

	# What stands before the last break character is not ours to replace.
	item=${words[${#words[@]} - 1]}
	for char in = : @; do
		if [[ $COMP_WORDBREAKS == *$char* && $item == *$char* ]]; then
			item=${item%"${item##*$char}"}
			((${#item} > ${#cut})) && cut=$item
			item=${words[${#words[@]} - 1]}
		fi
	done

	COMPREPLY=()
	while IFS=$'\t' read -r item _; do
		case $item in
		:files)
			compopt -o default
			return
			;;
		:list) compopt -o nospace ;;
		*) COMPREPLY+=("$(printf %q "${item#"$cut"}")") ;;
		esac
	done < <("$1" complete -- "${words[@]:1}" 2>/dev/null)
}

complete -F _masthead masthead
