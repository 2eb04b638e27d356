using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;
using OrleansTemporal.Architecture.Tests.Documentation;

namespace OrleansTemporal.Architecture.Tests.Deployment;

/// <summary>The templates for Azure, as far as they can be checked without a subscription.</summary>
public sealed partial class BicepTests
{
    [BicepFact]
    public async Task the_templates_compile_without_a_warning_and_let_nobody_sign_in_with_a_key()
    {
        using var compiling = Process.Start(new ProcessStartInfo(BicepFactAttribute.Compiler!, ["build", TestRepository.PathOf("bicep/main.bicep"), "--stdout"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["BICEP_TRACING_ENABLED"] = "false" },
        })!;
        var errors = compiling.StandardError.ReadToEndAsync();
        var template = await compiling.StandardOutput.ReadToEndAsync();
        await compiling.WaitForExitAsync();
        Assert.True(compiling.ExitCode == 0 && (await errors).Length == 0, await errors);
        using var compiled = JsonDocument.Parse(template);
        var all = Resources(compiled.RootElement).ToLookup(static resource => resource.GetProperty("type").GetString()!);
        Assert.False(Property(all["Microsoft.Storage/storageAccounts"].Single(), "allowSharedKeyAccess").GetBoolean());
        Assert.True(Property(all["Microsoft.EventHub/namespaces"].Single(), "disableLocalAuth").GetBoolean());
        Assert.False(Property(all["Microsoft.ContainerRegistry/registries"].Single(), "adminUserEnabled").GetBoolean());
        Assert.NotEmpty(all["Microsoft.ContainerService/managedClusters"]);
        Assert.NotEmpty(all["Microsoft.App/containerApps"]);
        Assert.DoesNotContain("listKeys(resourceId('Microsoft.Storage", template, StringComparison.Ordinal);
    }

    [Fact]
    public void every_module_that_is_named_is_there_and_every_one_that_is_there_is_named()
    {
        var named = Modules().Matches(File.ReadAllText(TestRepository.PathOf("bicep/main.bicep"))).Select(static match => "bicep/" + match.Groups[1].Value);
        var there = RepositoryFiles.All.Where(static path => path.StartsWith("bicep/modules/", StringComparison.Ordinal));
        Assert.Equal(there.Order(), named.Order());
    }

    private static IEnumerable<JsonElement> Resources(JsonElement template)
    {
        var resources = template.GetProperty("resources");
        foreach (var resource in resources.ValueKind == JsonValueKind.Array ? resources.EnumerateArray() : resources.EnumerateObject().Select(static named => named.Value))
        {
            yield return resource;
            if (resource.TryGetProperty("properties", out var properties) && properties.TryGetProperty("template", out var inner) && inner.TryGetProperty("resources", out _))
            {
                foreach (var nested in Resources(inner))
                {
                    yield return nested;
                }
            }
        }
    }

    private static JsonElement Property(JsonElement resource, string name) => resource.GetProperty("properties").GetProperty(name);

    [GeneratedRegex(@"^module \w+ '([^']+)'", RegexOptions.Multiline)]
    private static partial Regex Modules();
}
