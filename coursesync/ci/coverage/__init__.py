"""Which pending changes reviews cover: "who set it last?"; see `rule`. All of it is pure."""
