type Any = any;

interface TaskInput {
  title: string;
  authorId: string;
  reviewerId?: string | null;
  projectId?: string | null;
  dueAt?: string | Date;
  priority?: "LOW" | "MEDIUM" | "HIGH";
}

export async function createTeam(data: { name: string; slug: string }) {
  return prisma.team.create({ data });
}

export async function createUser(input: { email: string; name?: string | null; teamId?: string; resetToken?: string }) {
  return prisma.user.create({ data: { ...input, email: input.email.toLowerCase() } });
}

export async function createUserFully(input: Any) {
  return prisma.user.create({ data: input });
}

export async function getUser(id: string) {
  return prisma.user.findUnique({ where: { id } });
}

export async function getUserOrThrow(id: string) {
  return prisma.user.findUniqueOrThrow({ where: { id } });
}

export async function getUserByEmail(email: string) {
  return prisma.user.findUnique({ where: { email } });
}

export async function getUserByResetToken(resetToken: string | null) {
  return prisma.user.findFirst({ where: { resetToken } });
}

export async function getUserByTokenAndRole({ token, role }: { token: string; role: "USER" | "ADMIN" }) {
  return prisma.user.findFirst({ where: { resetToken: token, role } });
}

export async function getUserInTeam({ id, teamId }: { id: string; teamId: string }) {
  return prisma.user.findFirst({ where: { id, teamId } });
}

export async function userCard(id: string) {
  return prisma.user.findUnique({ where: { id }, select: { id: true, email: true, createdAt: true, bornAt: true } });
}

export async function listUsers() {
  const users = await prisma.user.findMany();
  return users;
}

export async function listUsersByName() {
  return prisma.user.findMany({ orderBy: { name: "asc" } });
}

export async function listUsersByRole() {
  return prisma.user.findMany({ orderBy: [{ role: "desc" }, { email: "asc" }], select: { email: true, role: true } });
}

export async function newestUsers({ take, skip }: { take: number; skip: number }) {
  return prisma.user.findMany({ orderBy: { createdAt: "desc" }, skip, take });
}

export async function pageByName({ take, skip }: { take: number; skip: number }) {
  return prisma.user.findMany({ orderBy: { name: "desc" }, skip, take, select: { name: true } });
}

export async function usersOfTeam(teamId: string) {
  return prisma.user.findMany({ where: { teamId }, select: { email: true } });
}

export async function usersWithoutTeam() {
  return prisma.user.findMany({ where: { teamId: null }, select: { email: true } });
}

export async function usersNamedOtherwise(name: string) {
  return prisma.user.findMany({ where: { name: { not: name } }, select: { email: true } });
}

export async function usersNotNamed(name: string) {
  return prisma.user.findMany({ where: { NOT: { name } }, select: { email: true } });
}

export async function searchUsers({ q, role }: { q: string; role?: "USER" | "ADMIN" }) {
  return prisma.user.findMany({
    where: {
      role,
      OR: [{ email: { contains: q, mode: "insensitive" } }, { name: { startsWith: q } }],
    },
    orderBy: { email: "asc" },
    take: 2,
    select: { email: true },
  });
}

export async function eitherOf({ a, b }: { a?: string; b?: string }) {
  return prisma.user.findMany({ where: { OR: [{ email: a }, { name: b }] }, select: { email: true } });
}

export async function someUsers(ids: string[]) {
  return prisma.user.findMany({ where: { id: { in: ids } }, select: { email: true } });
}

export async function someRichUsers({ ids, least }: { ids: string[]; least: number }) {
  return prisma.user.findMany({
    where: { id: { in: ids }, points: { gte: least } },
    orderBy: { email: "desc" },
    select: { email: true },
  });
}

export async function usersExcept(emails: string[]) {
  return prisma.user.findMany({ where: { email: { notIn: emails } }, select: { email: true } });
}

export async function poorUsers(most: number) {
  return prisma.user.findMany({ where: { balance: { lt: most } }, select: { email: true } });
}

export async function usersBornBefore(day: string) {
  return prisma.user.findMany({ where: { bornAt: { lt: new Date(day) } }, select: { email: true } });
}

export async function usersBornAt(day: string) {
  return prisma.user.findMany({ where: { bornAt: new Date(day) }, select: { email: true } });
}

export async function countUsers() {
  const count = await prisma.user.count();
  return count;
}

export async function countByPoints({ from, to }: { from: number; to: number }) {
  return prisma.user.count({ where: { points: { gte: from, lte: to } } });
}

export async function renameUser({ id, name }: { id: string; name?: string | null }) {
  return prisma.user.update({ where: { id }, data: { name } });
}

export async function changeUser({ id, data }: { id: string; data: Any }) {
  return prisma.user.update({ where: { id }, data });
}

export async function changeUserByEmail({ email, to }: { email: string; to: string }) {
  return prisma.user.update({ where: { email }, data: { email: to }, select: { email: true } });
}

export async function reward({ id, by }: { id: string; by: number }) {
  return prisma.user.update({
    where: { id },
    data: { points: { increment: by }, balance: { decrement: 1 } },
    select: { points: true, balance: true },
  });
}

export async function moveUser({ id, slug }: { id: string; slug: string }) {
  return prisma.user.update({
    where: { id },
    data: { team: { connect: { slug } } },
    include: { team: true },
  });
}

export async function leaveTeam(id: string) {
  return prisma.user.update({ where: { id }, data: { team: { disconnect: true } }, select: { teamId: true } });
}

export async function promoteTeam({ teamId, role }: { teamId: string; role: "USER" | "ADMIN" }) {
  return prisma.user.updateMany({ where: { teamId, role: "USER" }, data: { role } });
}

export async function tokenForAll(make: string) {
  return prisma.user.updateMany({ data: { name: [make, "x"].join("-") } });
}

export async function upsertUser({ email, name }: { email: string; name: string }) {
  return prisma.user.upsert({ where: { email }, update: { name }, create: { email, name } });
}

export async function ensureUser(email: string) {
  return prisma.user.upsert({ where: { email }, update: {}, create: { email } });
}

export async function deleteUser(id: string) {
  return prisma.user.delete({ where: { id } });
}

export async function deleteUsersNamed(name: string) {
  return prisma.user.deleteMany({ where: { name } });
}

export async function deleteTeam(id: string) {
  return prisma.team.delete({ where: { id } });
}

export async function setProfile({ userId, bio }: { userId: string; bio: string }) {
  return prisma.profile.upsert({ where: { userId }, update: { bio }, create: { userId, bio } });
}

export async function createProject({ name, code, teamId }: { name: string; code: string; teamId: string }) {
  return prisma.project.create({ data: { name, code, team: { connect: { id: teamId } } } });
}

export async function projectByCode({ teamId, code }: { teamId: string; code: string }) {
  return prisma.project.findUnique({ where: { teamId_code: { teamId, code } } });
}

export async function recodeProject({ id, code }: { id: string; code: string }) {
  return prisma.project.update({ where: { id: id as Any }, data: { code } });
}

export async function createTask(data: TaskInput) {
  return prisma.task.create({ data, include: { author: { select: { email: true } }, reviewer: true } });
}

export async function createTaskByEmail({ title, email }: { title: string; email: string }) {
  const make = () =>
    prisma.task.create({
      data: { title, author: { connect: { email } } },
      select: { id: true, title: true },
    });
  return make();
}

export async function tasksByPriority({ take }: { take?: number }) {
  return prisma.task.findMany({ orderBy: [{ priority: "desc" }, { dueAt: "asc" }], take, select: { title: true } });
}

export async function tasksOf({ authorId, done }: { authorId: string; done?: boolean }) {
  return prisma.task.findMany({
    where: { authorId, done },
    orderBy: { createdAt: "desc" },
    take: 10,
    include: {
      reviewer: { select: { email: true, team: { select: { name: true } } } },
      comments: { orderBy: { id: "desc" }, take: 1, include: { author: { select: { email: true } } } },
      _count: { select: { comments: true } },
    },
  });
}

export async function tasksOfTeam(teamId: string) {
  return prisma.task.findMany({
    where: { project: { teamId }, comments: { some: { text: { contains: "!" } } } },
    select: { title: true },
  });
}

export async function tasksWithoutComments() {
  return prisma.task.findMany({ where: { comments: { none: {} } }, select: { title: true } });
}

export async function tasksWhereAllSay(word: string) {
  return prisma.task.findMany({ where: { comments: { every: { text: word } } }, select: { title: true } });
}

export async function otherTasks(task: { id: Any }) {
  return prisma.task.findMany({ where: { NOT: { id: task.id } }, select: { title: true } });
}

export async function tasksDueBetween({ from, to }: { from?: string; to?: string }) {
  return prisma.task.findMany({
    where: { dueAt: { gte: from ? new Date(from) : undefined, lt: to ? new Date(to) : undefined } },
    select: { title: true },
  });
}

export async function comment(data: { text: string; taskId: string; authorId: string; parentId?: string }) {
  return prisma.comment.create({ data: data as Any });
}

export async function commentAll(texts: Any[]) {
  return prisma.comment.createMany({ data: texts.map((text) => ({ ...text, text: `>${text.text}` })) });
}

export async function deleteComments(taskId: string) {
  return prisma.comment.deleteMany({ where: { taskId: taskId as Any } });
}

export async function commentTexts() {
  const rows = await prisma.comment.findMany({ select: { text: true } });
  return rows.map((row) => row.text);
}

export async function deleteTask(id: Any) {
  return prisma.task.delete({ where: { id } });
}

export async function deleteProject(id: Any) {
  await prisma.project.delete({ where: { id } });
  return prisma.task.count();
}

export async function join(rows: Any[]) {
  return prisma.membership.createMany({ data: rows });
}

export async function membership({ userId, projectId }: Any) {
  return prisma.membership.findUnique({
    where: { userId_projectId: { userId, projectId } },
    include: { user: { select: { email: true } }, project: true },
  });
}

export async function leave({ userId, projectId }: Any) {
  return prisma.membership.delete({ where: { userId_projectId: { userId, projectId } } });
}

export async function profileOf(id: string) {
  return prisma.user.findUnique({ where: { id }, include: { profile: true, memberships: true, _count: { select: { tasks: true } } } });
}

export async function createCountry(data: { code: string; name: string }) {
  return prisma.country.create({ data });
}

export async function recodeCountry({ from, to }: { from: string; to: string }) {
  return prisma.country.update({ where: { code: from }, data: { code: to }, include: { cities: { select: { name: true } } } });
}

export async function createCity({ name, code, price }: { name: string; code: string; price: string | number }) {
  const city = await prisma.city.create({
    data: { name, countryCode: code, price, population: 5 },
    include: { country: true },
  });
  return { ...city, population: Number(city.population) };
}

export async function slowId(value: string) {
  const later = async (x: string) => x;
  return prisma.user.findMany({ where: { email: await later(value) }, select: { email: true } });
}

export async function usersMatching(f: Any) {
  return prisma.user.findMany({ where: { name: { not: f.call(null) } } });
}

export async function usersByEmail({ emails, least }: { emails: string[]; least: number }) {
  return prisma.user.findMany({ where: { email: { in: emails }, points: { gte: least } }, select: { email: true } });
}

export async function usersBornOn(days: string[]) {
  return prisma.user.findMany({
    where: { bornAt: { in: days.map((day) => new Date(day)) } },
    orderBy: { email: "desc" },
    take: 2,
    select: { email: true },
  });
}

export async function changeSomebody({ maybe, name }: { maybe?: string; name: string }) {
  return prisma.user.update({ where: { id: maybe }, data: { name } });
}

export async function somebody({ mail, ...b }: { mail?: string; name?: string }) {
  return prisma.user.findUnique({ where: { email: mail, name: b.name } });
}

export async function firstTaskOf(email: string) {
  let user = await prisma.user.findUnique({ where: { email } });
  if (!user) user = await prisma.user.create({ data: { email } });
  const tasks = await prisma.task.findMany({ where: { authorId: user.id, title: { not: user.email } } });
  await prisma.task.create({ data: { title: email, authorId: user.id } });
  return tasks.length;
}

export async function rename({ from, to }: { from: string; to: string }) {
  const user = await prisma.user.findFirst({ where: { email: from, role: { in: ["USER", "EDITOR"] } } });
  return user ? prisma.user.update({ where: { id: user.id }, data: { name: to } }) : null;
}

export async function firstByTeam(teamId: string) {
  return prisma.user.findFirst({ where: { teamId }, orderBy: { createdAt: "desc" }, select: { email: true } });
}

export async function activeOf({ q }: { q: string }) {
  return prisma.task.findMany({ where: { authorId: q, done: false }, select: { title: true } });
}

export async function createSlot(data: { day?: string; time?: string; code?: string; unique?: boolean }) {
  return prisma.slot.create({ data });
}

export async function searchTasks({ a, b, done }: { a?: string; b?: { least?: number; mine?: string }; done?: boolean }) {
  const where: Any = {};
  if (a) {
    where.OR = [{ title: { contains: a, mode: "insensitive" } }, { author: { email: a } }];
  }
  if (done !== undefined) where.done = done;
  const tasks = await prisma.task.findMany({ where, orderBy: { title: "asc" }, select: { title: true } });
  const total = await prisma.task.count({ where });
  const mine = await prisma.task.count({ where: { ...(b?.mine && { author: { email: b.mine } }), ...(a ? { done: false } : {}) } });
  return { titles: tasks.map((task) => task.title), total, mine };
}

export async function sortTasks({ by, way, first, later, skip }: { by?: string; way: string; first?: boolean; later?: number; skip?: number }) {
  const options: Any = { orderBy: { title: way } };
  if (by) options.orderBy = { [by]: way };
  if (first) options.take = 1;
  if (skip !== undefined) options.skip = skip;
  const some = await prisma.task.findMany({ ...options, select: { title: true } });
  const chosen = await prisma.task.findMany({
    orderBy: later ? { id: "desc" } : by === "done" ? { done: "asc" } : undefined,
    select: { title: true },
  });
  return { some: some.map((task) => task.title), chosen: chosen.map((task) => task.title) };
}
