"""Moving in: what listeners kept on another server becomes theirs here.

Readers (`navidrome`, `subsonic`, `m3u`) turn what they find into one form (`found`), and
`bringing` hands it to the services in the name of each person. Nothing is counted twice,
whatever is interrupted and begun again: the services know what was brought before.
"""
