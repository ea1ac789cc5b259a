using NotebookRunner;

namespace NotebookHelpers.Tests.Runner;

public class ClaimWordsTests
{
    [Theory]
    [InlineData("batch-hard ends above raw pixels", 0)]
    [InlineData("the loss is larger with", 1)]
    [InlineData("more than three times as far", 3)]
    [InlineData("it loses more than 0.05 of it", 0.05)]
    [InlineData("it loses more than 0.05 of it", -0.05)]
    [InlineData("about 2.6 times as far away", 2.6)]
    [InlineData("all 1,911 pairs of it", 1911)]
    [InlineData("more than twice as far", 2)]
    [InlineData("the error doubles with it", 2)]
    [InlineData("less than half of them", 0.5)]
    [InlineData("fewer than a third of all", 0.33)]
    [InlineData("fewer than a third of all", 1.0 / 3)]
    [InlineData("more than two thirds of all", 0.67)]
    [InlineData("more than three quarters of all", 0.75)]
    [InlineData("a tenth of the healthy run's", 0.1)]
    [InlineData("a fifth of the time", 0.2)]
    [InlineData("more than 90 % of them", 0.9)]
    [InlineData("more than 97.5 percent of them", 0.975)]
    [InlineData("within a point of it", 0.01)]
    [InlineData("within two points of it", 0.02)]
    [InlineData("within 1.5 percentage points", 0.015)]
    [InlineData("within half a point", 0.005)]
    [InlineData("nine of ten copies and more", 0.9)]
    [InlineData("19 out of 20 copies", 0.95)]
    [InlineData("at least four of five", 0.8)]
    [InlineData("it recognises about half", 0.35)]
    [InlineData("it recognises about half", 0.65)]
    [InlineData("nearly all of the copies", 0.9)]
    [InlineData("almost every copy of it", 0.9)]
    [InlineData("it is nearly never right", 0.1)]
    [InlineData("hardly any of them", 0.1)]
    [InlineData("all embeddings collapsed to it", 0.1)]
    [InlineData("they lie in nearly one point", 0.1)]
    [InlineData("a hundred times as many", 100)]
    public void A_bound_that_the_words_name_is_allowed(string words, double bound) => Assert.True(ClaimWords.Allow(words, bound));

    [Theory]
    [InlineData("batch-hard ends above raw pixels", 0.11)]
    [InlineData("its spread has collapsed to it", 0.00057)]
    [InlineData("most triplets stop teaching", 7.5)]
    [InlineData("more than three times as far", 3.3)]
    [InlineData("about half of the copies", 0.3)]
    [InlineData("nearly all of the copies", 0.95)]
    [InlineData("all of the copies", 0.9)]
    [InlineData("half of the copies", 0.35)]
    [InlineData("within two points of it", 0.025)]
    [InlineData("within a point of it", 0.1)]
    [InlineData("within one point of it", 0.1)]
    [InlineData("P@10 is higher with it", 10)]
    [InlineData("conv64 is better than it", 64)]
    [InlineData("more than 0.354 of it", 0.35)]
    [InlineData("more than a third of all", 0.3)]
    [InlineData("it is above the other", double.NaN)]
    public void A_bound_that_no_word_names_is_refused(string words, double bound) => Assert.False(ClaimWords.Allow(words, bound));

    [Theory]
    [InlineData("it recognises about half", 0.5, 0.15, true)]
    [InlineData("it recognises about half", 0.5, 0.2, false)]
    [InlineData("it recognises half of them", 0.5, 0.15, false)]
    [InlineData("both are within two points", 0, 0.02, true)]
    [InlineData("both are within two points", 0, 0.03, false)]
    [InlineData("exactly three of them stay", 3, 0, true)]
    [InlineData("nine of 24 copies, give or take two", 9, 2, true)]
    [InlineData("about a third of them", 9, 2, false)]
    [InlineData("the two are the same", 0, 1, false)]
    public void Expected_value_and_tolerance_are_both_named(string words, double expected, double tolerance, bool allowed) =>
        Assert.Equal(allowed, ClaimWords.Allow(words, expected, tolerance));

    [Fact]
    public void The_numbers_that_words_name_are_told_for_the_message() =>
        Assert.Equal([0.02, 0.1, 2.0, 3.0], ClaimWords.Named("Three collapsed, within two points: all, zero and one"));
}
