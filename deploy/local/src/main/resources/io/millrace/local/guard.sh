# Runs a server that is no Java program as a child of the launcher.
# SIGTERM: SIGINT to the server, which PostgreSQL takes as a fast, clean stop.
# SIGINT (Ctrl-C reaches the whole family): left to the server, and to the launcher's SIGTERM.
# End of standard input (the launcher is gone, however it ended): SIGQUIT, an immediate stop.
exec 3<&0
trap '' INT
"$@" </dev/null 3<&- &
server=$!
trap 'kill -INT $server 2>/dev/null' TERM
{ read -r _ <&3; kill -QUIT $server 2>/dev/null; } &
watch=$!
exec 3<&-
code=0
while kill -0 $server 2>/dev/null; do
  wait $server
  code=$?
done
kill $watch 2>/dev/null
exit $code
