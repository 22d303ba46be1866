"""Points for what is bought in the mall (商圈): WeChat Pay tells us, and after the days of returns a rule pays."""
