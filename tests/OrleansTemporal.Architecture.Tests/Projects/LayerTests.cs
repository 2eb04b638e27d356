using System.Reflection;
using OrleansTemporal.Agents;

namespace OrleansTemporal.Architecture.Tests.Projects;

public class LayerTests
{
    [Fact]
    public void project_references_point_down() => Violations.AreNone(ProjectFile.OfProduct.SelectMany(LayerRules.References));

    [Fact]
    public void layers_refer_to_no_package_above_them() => Violations.AreNone(ProjectFile.OfProduct.SelectMany(LayerRules.Packages));

    [Theory]
    [InlineData("Abstractions")]
    [InlineData("Kernel")]
    [InlineData("Storage")]
    [InlineData("Agents")]
    public void built_assemblies_refer_to_no_framework_above_them(string layer)
    {
        var assembly = layer == "Abstractions" ? typeof(IAgent).Assembly : Assembly.Load($"OrleansTemporal.{layer}");
        Violations.AreNone(LayerRules.Names(layer, assembly.GetReferencedAssemblies().Select(reference => reference.Name!)));
    }

    [Theory]
    [InlineData("Kernel", "Storage")]
    [InlineData("Abstractions", "Kernel")]
    [InlineData("Agents", "Http")]
    [InlineData("Http", "Server")]
    [InlineData("Grains", "Http")]
    [InlineData("Surprise", "Kernel")]
    public void reference_that_points_up_is_found(string from, string to) => Assert.NotEmpty(LayerRules.References(
        Project(from, $"""<ProjectReference Include="../OrleansTemporal.{to}/OrleansTemporal.{to}.csproj" />""")));

    [Theory]
    [InlineData("Kernel", """<PackageReference Include="Microsoft.Orleans.Core.Abstractions" />""")]
    [InlineData("Agents", """<PackageReference Include="Azure.Storage.Blobs" />""")]
    [InlineData("Agents", """<FrameworkReference Include="Microsoft.AspNetCore.App" />""")]
    [InlineData("Http", """<PackageReference Include="Microsoft.Orleans.Server" />""")]
    public void package_from_above_is_found(string layer, string reference) =>
        Assert.NotEmpty(LayerRules.Packages(Project(layer, reference)));

    private static ProjectFile Project(string name, string items) => new(
        $"src/OrleansTemporal.{name}/OrleansTemporal.{name}.csproj",
        $"<Project><ItemGroup>{items}</ItemGroup></Project>");
}
