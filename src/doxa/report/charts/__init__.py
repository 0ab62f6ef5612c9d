"""One file per kind of chart: plain data in, a `doxa.report.chart.Chart` out."""
