"""Forms as a county clerk writes them: a workbook in the words of XLSForm, tried, compared, published."""
