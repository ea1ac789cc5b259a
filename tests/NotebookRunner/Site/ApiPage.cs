using System.Globalization;
using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace NotebookRunner;

/// <summary>The page of the library's public names, from the documentation that the compiler writes beside the library.</summary>
internal static partial class ApiPage
{
    public const string Name = "api";

    /// <param name="assembly">The library's file; its documentation stands beside it, under the same name with .xml.</param>
    /// <param name="library">The folder lib/, whose folders group the types; a type found in none stands under "Other".</param>
    /// <param name="series">The notebooks' pages.</param>
    public static string ToHtml(string assembly, string library, IReadOnlyList<NotebookPage> series)
    {
        var shown = PublicNames(assembly); // the documentation has internal names too
        ApiMember[] members = [.. XDocument.Load(Path.ChangeExtension(assembly, ".xml")).Descendants("member")
            .Where(member => member.Element("inheritdoc") is null).Select(ApiMember.Of).Where(member => shown.Contains(member.Id))];
        ApiMember[] types = [.. members.Where(member => member.Kind == 'T').OrderBy(type => type.Id, StringComparer.Ordinal)];
        var known = types.Select(type => type.Id).ToHashSet();
        var folders = Folders(library);
        var body = new StringBuilder();
        var contents = new StringBuilder();
        var ideas = types.GroupBy(type => folders.GetValueOrDefault(type.Short.Split('<')[0], "Other"));
        foreach (var group in ideas.OrderBy(group => group.Key, StringComparer.Ordinal))
        {
            string anchor = "idea-" + group.Key.ToLowerInvariant();
            var inside = group.Select(type => $"<a href=\"#{Anchor(type.Id)}\"><code>{Page.Encode(type.Short)}</code></a>");
            contents.Append($"<li><a href=\"#{anchor}\">{Page.Encode(group.Key)}</a>: {string.Join(", ", inside)}</li>");
            body.Append(CultureInfo.InvariantCulture, $"<h2 id=\"{anchor}\">{Page.Encode(group.Key)}</h2>\n");
            foreach (var type in group)
            {
                body.Append($"<section><h3 id=\"{Anchor(type.Id)}\">{Page.Encode(type.Short)}</h3>\n{Text(type, known)}");
                foreach (var member in members.Where(member => member.Kind != 'T' && member.Owner == type.Id && !IsSaidBy(type, member)))
                    body.Append($"<h4><code>{Page.Encode(member.Signature)}</code></h4>\n{Text(member, known)}");
                body.Append("</section>\n");
            }
        }
        const string description = "Every public name of NotebookHelpers: what it does, shapes, units, errors, sources.";
        return Page.Html("The library", description, "", series, null, $"""
            <main id="content" class="reference" tabindex="-1">
            <h1>The library</h1>
            <p class="lead">{description}</p>
            <nav aria-label="Ideas"><ul>{contents}</ul></nav>
            {body}</main>
            """);
    }

    // A record's own text has its constructor and names its properties.
    private static bool IsSaidBy(ApiMember type, ApiMember member) =>
        member.Short == "#ctor" && (string?)member.Xml.Element("summary") == (string?)type.Xml.Element("summary")
        || member.Kind == 'P' && type.Xml.Elements("param").Any(parameter => (string?)parameter.Attribute("name") == member.Short);

    private static string Text(ApiMember member, HashSet<string> known)
    {
        var html = new StringBuilder();
        void Paragraph(string? element, string before = "")
        {
            foreach (var part in member.Xml.Elements(element))
                html.Append(CultureInfo.InvariantCulture, $"<p>{before}{Inline(part, known)}</p>\n");
        }
        Paragraph("summary");
        var parameters = member.Xml.Elements("param").ToArray();
        if (parameters.Length > 0)
        {
            html.Append("<dl>");
            foreach (var parameter in parameters)
                html.Append(
                    $"<dt><code>{Page.Encode((string)parameter.Attribute("name")!)}</code></dt><dd>{Inline(parameter, known)}</dd>");
            html.Append("</dl>\n");
        }
        Paragraph("returns", "Returns: ");
        Paragraph("remarks");
        foreach (var example in member.Xml.Elements("example"))
            html.Append(Page.Code(Unindented(example.Value), isCSharp: true));
        foreach (var error in member.Xml.Elements("exception"))
        {
            string name = LastName((string?)error.Attribute("cref") ?? "");
            html.Append($"<p><code>{Page.Encode(name)}</code>: {Inline(error, known)}</p>\n");
        }
        return html.ToString();
    }

    // The compiler keeps the blanks before each line.
    private static string Unindented(string code)
    {
        string[] lines = [.. code.Split('\n').Where(line => line.Trim().Length > 0)];
        int blanks = lines.Min(line => line.Length - line.TrimStart().Length);
        return string.Join('\n', lines.Select(line => line[blanks..].TrimEnd()));
    }

    private static string Inline(XElement element, HashSet<string> known) => string.Concat(element.Nodes().Select(node => node switch
    {
        XText text => Page.Encode(Spaces().Replace(text.Value, " ")),
        XElement { Name.LocalName: "see" or "seealso" } see =>
            Reference((string?)see.Attribute("cref"), known) ?? CodeOf((string?)see.Attribute("langword") ?? see.Value),
        XElement { Name.LocalName: "paramref" or "typeparamref" } named => CodeOf((string?)named.Attribute("name") ?? ""),
        XElement { Name.LocalName: "c" or "code" } code => CodeOf(code.Value),
        XElement { Name.LocalName: "em" or "i" } emphasis => $"<em>{Inline(emphasis, known)}</em>",
        XElement other => Inline(other, known) + " ",
        _ => "",
    }));

    private static string CodeOf(string text) => $"<code>{Page.Encode(text)}</code>";

    private static string? Reference(string? cref, HashSet<string> known)
    {
        if (cref is not { Length: > 2 }) return null;
        string id = cref[2..].Split('(')[0], code = CodeOf(LastName(cref));
        string type = known.Contains(id) || !id.Contains('.', StringComparison.Ordinal) ? id : id[..id.LastIndexOf('.')];
        return known.Contains(type) ? $"<a href=\"#{Anchor(type)}\">{code}</a>" : code;
    }

    private static string LastName(string cref)
    {
        string name = cref.Split('(')[0];
        return ApiMember.Arity().Replace(name[(name.LastIndexOf('.') + 1)..], "").Replace("#ctor", "constructor", StringComparison.Ordinal);
    }

    private static string Anchor(string typeId) => NotInAnchor().Replace(typeId[(typeId.LastIndexOf('.') + 1)..], "-");

    // Types and members as the documentation names them, without arguments.
    private static HashSet<string> PublicNames(string assembly)
    {
        using var file = new PEReader(File.OpenRead(assembly));
        var reader = file.GetMetadataReader();
        var names = new HashSet<string>();
        foreach (var type in reader.TypeDefinitions.Select(reader.GetTypeDefinition))
        {
            if ((type.Attributes & TypeAttributes.VisibilityMask) != TypeAttributes.Public) continue;
            string name = $"{reader.GetString(type.Namespace)}.{reader.GetString(type.Name)}";
            bool IsPublic(MethodDefinitionHandle method) => !method.IsNil
                && (reader.GetMethodDefinition(method).Attributes & MethodAttributes.MemberAccessMask) == MethodAttributes.Public;
            names.Add(name);
            foreach (var method in type.GetMethods().Where(IsPublic))
                names.Add($"{name}.{reader.GetString(reader.GetMethodDefinition(method).Name).Replace('.', '#')}");
            var properties = type.GetProperties().Select(reader.GetPropertyDefinition);
            foreach (var property in properties.Where(property => IsPublic(property.GetAccessors().Getter)))
                names.Add($"{name}.{reader.GetString(property.Name)}");
            var fields = type.GetFields().Select(reader.GetFieldDefinition);
            foreach (var field in fields.Where(field => field.Attributes.HasFlag(FieldAttributes.Public)))
                names.Add($"{name}.{reader.GetString(field.Name)}");
        }
        return names;
    }

    // A type is declared in the folder of its idea.
    private static Dictionary<string, string> Folders(string library)
    {
        var folders = new Dictionary<string, string>();
        if (!Directory.Exists(library)) return folders;
        foreach (string file in Directory.GetFiles(library, "*.cs", SearchOption.AllDirectories))
            foreach (Match declared in Declaration().Matches(File.ReadAllText(file)))
                folders.TryAdd(declared.Groups["name"].Value, Path.GetRelativePath(library, file).Split(Path.DirectorySeparatorChar)[0]);
        return folders;
    }

    [GeneratedRegex(@"[^\w]+")]
    private static partial Regex NotInAnchor();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();

    [GeneratedRegex(
        @"^\s*public [^;{(=]*?\b(class|record|struct|enum|interface|delegate [\w<>\[\]]+) (?<name>\w+)", RegexOptions.Multiline)]
    private static partial Regex Declaration();
}
