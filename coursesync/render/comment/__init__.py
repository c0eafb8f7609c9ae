"""The comment on a pull request, in the words of course authors."""
