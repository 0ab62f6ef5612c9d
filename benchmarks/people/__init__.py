"""Five real people of a set beside five false ones: do courses of goals and feelings look like lives?"""
