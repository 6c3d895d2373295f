"""The papers: a test report and a confirmation, each one self-contained page in Korean and English.

The pages are made from records alone; nothing here tests, signs, or looks at a clock.
"""
