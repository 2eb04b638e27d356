namespace OrleansTemporal.Architecture.Tests.Projects;

public class SolutionTests
{
    [Fact]
    public void solution_holds_every_project()
    {
        var solution = Read("OrleansTemporal.sln");
        Violations.AreNone(ProjectFile.All.Where(project => !solution.Contains($"\"{project.Path}\"", StringComparison.Ordinal)).Select(project => project.Path));
    }

    [Fact]
    public void single_node_filter_holds_every_project_that_needs_no_orleans_and_no_other()
    {
        var filter = Read("SingleNode.slnf");
        var chosen = ProjectFile.All.Where(project => filter.Contains($"\"{project.Path}\"", StringComparison.Ordinal));
        Assert.Equal(
            ProjectFile.All.Where(project => !NeedsOrleans(project)).Select(project => project.Path),
            chosen.Select(project => project.Path));
    }

    private static bool NeedsOrleans(ProjectFile project) =>
        project.Packages.Any(package => package.StartsWith("Microsoft.Orleans.", StringComparison.Ordinal))
        || ProjectFile.All.Where(other => project.Projects.Contains(other.Name)).Any(NeedsOrleans);

    private static string Read(string name) =>
        File.ReadAllText(TestRepository.PathOf(name)).Replace(@"\\", "/", StringComparison.Ordinal).Replace('\\', '/');
}
