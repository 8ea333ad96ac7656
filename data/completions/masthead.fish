# Completion of masthead for fish. The program itself knows what may come: see `complete' in masthead(1).

function __masthead_complete
    set -l words (commandline -opc)
    set -l word (string unescape -- (commandline -ct))
    test (count $word) -eq 0; and set word ''
    $words[1] complete -- $words[2..-1] $word 2>/dev/null
end

complete -c masthead -f
complete -c masthead -n '__masthead_complete | string match -q :files' -F
complete -c masthead -n 'not __masthead_complete | string match -q :files' -a '(__masthead_complete | string match -v :list)'
