"""Pages: results as self-contained HTML, made of the page kit in `doxa.report`."""
