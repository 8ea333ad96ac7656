# schema_embed.awk - turns schema.sql into C strings, one a line, comments and all (the database
# keeps them beside its columns). Lines, for no C compiler must take a string of this length.
BEGIN {
	print "/* Made from schema.sql by schema_embed.awk. */"
	print "#include \"store/store_private.h\""
	print ""
	print "const char *const schema_lines[] = {"
}
{
	gsub(/\\/, "\\\\")
	gsub(/"/, "\\\"")
	printf "\t\"%s\\n\",\n", $0
}
END { print "\tNULL\n};" }
