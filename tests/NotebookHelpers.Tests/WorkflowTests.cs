using System.Text.RegularExpressions;

namespace NotebookHelpers.Tests;

/// <summary>What the workflows of CI hold to.</summary>
public sealed partial class WorkflowTests
{
    private static readonly string[] s_workflows = [.. Directory
        .GetFiles(Path.Combine(HelpersAssemblies.RepositoryRoot, ".github", "workflows")).Select(File.ReadAllText)];

    [Fact]
    public void Every_action_is_pinned_by_its_commit_and_says_which_version_that_is()
    {
        string[] actions = [.. s_workflows.SelectMany(text => Action().Matches(text)).Select(match => match.Groups[1].Value)];
        Assert.NotEmpty(actions);
        Assert.All(actions, action => Assert.Matches(@"^[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$", action));
        // One version of each, so that raising it is one replacement.
        Assert.All(actions.Distinct().GroupBy(action => action.Split('@')[0]), versions => Assert.Single(versions));
    }

    [GeneratedRegex(@"uses: *(.+)$", RegexOptions.Multiline)]
    private static partial Regex Action();
}
