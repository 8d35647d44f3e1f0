"""Places of Quảng Ninh: today's 54 communes, their former names, their service centres."""
